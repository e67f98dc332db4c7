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
    /// <param name="folder">The folder.</param>
    /// <param name="weights">Where its weights lie: the folder itself, or the base that its adapters lie over.</param>
    /// <param name="settings">The settings.</param>
    /// <exception cref="ConcordException">A file cannot be read.</exception>
    public static string OfModel(string folder, string weights, string settings)
    {
        var hash = new ContentHash();
        hash.Add(settings);
        Add(hash, folder);
        if (!RealPath.Same(weights, folder))
            Add(hash, weights);
        return hash.ToString();
    }

    private static void Add(ContentHash hash, string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            hash.Add(Path.GetFileName(file));
            hash.AddFile(file);
        }
    }
}
