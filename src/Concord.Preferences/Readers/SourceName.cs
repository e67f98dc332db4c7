namespace Concord.Preferences.Readers;

/// <summary>The source's name where neither the recipe nor the format gives one.</summary>
internal static class SourceName
{
    private static readonly string[] Compressions = [".gz"];
    private static readonly string[] Kinds = [".jsonl", ".json", ".ndjson", ".parquet"];

    /// <summary>
    /// The file's name without the extensions of data: <c>helpful.json</c> is helpful, <c>harmless-base.jsonl.gz</c> is
    /// harmless-base.
    /// </summary>
    public static string OfFile(string file)
    {
        var name = Strip(Strip(Path.GetFileName(file), Compressions), Kinds);
        return name.Length > 0 ? name : file;
    }

    private static string Strip(string name, string[] extensions)
    {
        foreach (var extension in extensions)
            if (name.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
                return name[..^extension.Length];
        return name;
    }
}
