using Concord.Foundation;

namespace Concord.Runs.Scoring;

/// <summary>What tells two inputs or two models apart, by content.</summary>
internal static class Fingerprint
{
    /// <summary>Of a file.</summary>
    /// <exception cref="ConcordException">It cannot be read.</exception>
    public static string OfInput(string file)
    {
        var hash = new ContentHash();
        hash.AddFile(file);
        return hash.ToString();
    }

    /// <summary>Of a model folder's files, by name and content, and of the settings it is used with.</summary>
    /// <exception cref="ConcordException">A file cannot be read.</exception>
    public static string OfModel(string folder, string settings)
    {
        var hash = new ContentHash();
        hash.Add(settings);
        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            hash.Add(Path.GetFileName(file));
            hash.AddFile(file);
        }
        return hash.ToString();
    }
}
