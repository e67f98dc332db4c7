namespace Concord.Foundation;

/// <summary>
/// Where a path leads when every link in it is followed: by it two names of one file are known as one.
/// </summary>
public static class RealPath
{
    private const int LongestChain = 40; // as Linux follows

    /// <summary>The full path without links; what does not exist yet keeps its name.</summary>
    /// <param name="path">A file's or folder's.</param>
    /// <exception cref="ConcordException">Links lead to each other in a circle.</exception>
    public static string Of(string path) => Follow(path, 0);

    /// <summary>Whether two paths lead to one file or folder.</summary>
    public static bool Same(string one, string other) => Equal(Of(one), Of(other));

    /// <summary>Whether a path leads to a folder or to something in it, however deep.</summary>
    public static bool IsWithin(string path, string folder)
    {
        var (inner, outer) = (Of(path), Of(folder));
        return Equal(inner, outer)
            || inner.StartsWith(Path.TrimEndingDirectorySeparator(outer) + Path.DirectorySeparatorChar, Comparison);
    }

    /// <summary>Two of several paths that lead to one file, or null where there are none.</summary>
    public static (string First, string Second)? Twice(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var seen = new Dictionary<string, string>(StringComparer.FromComparison(Comparison));
        foreach (var path in paths)
            if (!seen.TryAdd(Of(path), path))
                return (seen[Of(path)], path);
        return null;
    }

    // file systems of Windows and macOS take names of other case for the same
    private static StringComparison Comparison =>
        OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    private static bool Equal(string one, string other) => string.Equals(one, other, Comparison);

    private static string Follow(string path, int links)
    {
        if (links > LongestChain)
            throw new ConcordException($"{path} is a link that leads to itself: name another place.");
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var real = Path.GetPathRoot(full)!;
        foreach (
            var part in full[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries)
        )
        {
            var next = Path.Combine(real, part);
            real = new FileInfo(next).LinkTarget is { } target ? Follow(Path.Combine(real, target), links + 1) : next;
        }
        return real;
    }
}
