using System.IO.Hashing;
using Concord.Foundation;

namespace Concord.Runs.Scoring;

/// <summary>What tells two inputs or two models apart, by content.</summary>
internal static class Fingerprint
{
    /// <summary>Of a file.</summary>
    /// <exception cref="ConcordException">It cannot be read.</exception>
    public static string OfInput(string file)
    {
        var hash = new XxHash128();
        FileHash.Append(hash, file);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>Of a model folder's files, by name and content, and of the settings it is used with.</summary>
    /// <exception cref="ConcordException">A file cannot be read.</exception>
    public static string OfModel(string folder, string settings)
    {
        var hash = new XxHash128();
        hash.Append(System.Text.Encoding.UTF8.GetBytes(settings));
        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            hash.Append(System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(file)));
            FileHash.Append(hash, file);
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
