using System.Text;

namespace Concord.Foundation;

/// <summary>
/// The file <c>checksums</c> of a folder: by it what a disk has changed since is noticed. A line for each file,
/// <c>HASH  NAME</c>, as <c>xxh128sum</c> writes and checks them.
/// </summary>
public static class Checksums
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "checksums";

    private const string Between = "  ";

    /// <summary>Writes it for all files that lie in a folder, those of folders in it not among them.</summary>
    /// <exception cref="ConcordException">A file cannot be read or written.</exception>
    public static void Write(string folder)
    {
        var lines = new StringBuilder();
        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
            if (Path.GetFileName(file) is var name and not FileName)
                lines.Append(Of(file)).Append(Between).Append(name).Append('\n');
        AtomicFile.WriteText(Path.Combine(folder, FileName), lines.ToString());
    }

    /// <summary>The checksum of one file.</summary>
    /// <exception cref="ConcordException">It cannot be read.</exception>
    public static string Of(string file)
    {
        var hash = new ContentHash();
        hash.AddFile(file);
        return hash.ToString();
    }

    /// <summary>What is no longer as it was written; null where all is, and where a folder has no such file, as those
    /// of earlier versions.</summary>
    /// <returns>The first such file, and whether it is gone.</returns>
    /// <exception cref="ConcordException">A file cannot be read.</exception>
    public static (string File, bool IsMissing)? FirstChange(string folder)
    {
        var list = Path.Combine(folder, FileName);
        if (!File.Exists(list))
            return null;
        var lines = ReadLines(list);
        if (lines.Length == 0)
            return (list, false);
        foreach (var line in lines)
        {
            var parts = line.Split(Between, 2);
            if (parts.Length < 2 || parts[0].Length != 32 || parts[1] != Path.GetFileName(parts[1]))
                return (list, false);
            var file = Path.Combine(folder, parts[1]);
            if (!File.Exists(file))
                return (file, true);
            if (Of(file) != parts[0])
                return (file, false);
        }
        return null;
    }

    private static string[] ReadLines(string list)
    {
        try
        {
            return File.ReadAllLines(list);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConcordException($"{list} cannot be read: {error.Message}", error);
        }
    }
}
