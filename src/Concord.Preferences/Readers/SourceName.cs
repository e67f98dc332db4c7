using System.Text.RegularExpressions;
using Concord.Foundation;

namespace Concord.Preferences.Readers;

/// <summary>The source's name where neither the recipe nor the format gives one.</summary>
internal static partial class SourceName
{
    private static readonly string[] Compressions = [".gz", ".zst"];
    private static readonly string[] Kinds = [".jsonl", ".json", ".ndjson", ".parquet", ".csv", ".tsv", ".tab"];

    /// <summary>
    /// The file's name without the extensions of data and the number of a shard: <c>helpful.json</c> is helpful,
    /// <c>harmless-base.jsonl.gz</c> is harmless-base, <c>train-00000-of-00002.parquet</c> is train; where nothing is
    /// left of it (<c>0000.parquet</c>) the folder's.
    /// </summary>
    public static string OfFile(string file)
    {
        if (file == StandardInput.Name)
            return "stdin";
        if (Bare(file) is { Length: > 0 } bare)
            return bare;
        return Folder(file, 1) ?? file;
    }

    /// <summary>The extension of a file's kind, in small letters, without that of its compression.</summary>
    public static string Extension(string file) =>
        Path.GetExtension(Strip(Path.GetFileName(file), Compressions)).ToLowerInvariant();

    /// <summary>The name of a folder above a file, counted from the file; null above the root.</summary>
    public static string? Folder(string file, int above)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file));
        for (var level = 1; level < above && folder is not null; level++)
            folder = Path.GetDirectoryName(folder);
        return folder is null ? null
            : Path.GetFileName(folder) is { Length: > 0 } name ? name
            : null;
    }

    /// <summary>Whether a file's name says that it is one of several.</summary>
    public static bool IsShard(string file) => Bare(file) != Stripped(file);

    /// <summary>The name without extensions and shard number; may be empty.</summary>
    public static string Bare(string file) => Shard().Replace(Stripped(file), "");

    private static string Stripped(string file) => Strip(Strip(Path.GetFileName(file), Compressions), Kinds);

    private static string Strip(string name, string[] extensions)
    {
        foreach (var extension in extensions)
            if (name.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
                return name[..^extension.Length];
        return name;
    }

    // train-00000-of-00002, with the hash that older hubs add; Spark's part-00000-UUID.c000.snappy; the hub's 0000
    [GeneratedRegex(
        @"(^|[-_.])\d+[-_]of[-_]\d+([-_.][0-9a-f]{8,})?$|(?<=^part)[-_]\d+([-_][0-9a-f-]{8,})?([-.]c\d+)?(\.\w+)?$|^\d{4,}$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Shard();
}
