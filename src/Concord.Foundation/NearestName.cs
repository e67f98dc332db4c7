namespace Concord.Foundation;

/// <summary>Finds the name a user most likely meant.</summary>
public static class NearestName
{
    /// <summary>The known name with the smallest edit distance to <paramref name="written"/>, or null where none is
    /// near enough to be meant (a third of its length, at least two edits).</summary>
    public static string? Find(string written, IEnumerable<string> known)
    {
        var best = known
            .Select(name => (Name: name, Distance: Distance(written, name)))
            .OrderBy(one => one.Distance)
            .ThenBy(one => one.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        return best.Name is not null && best.Distance <= Math.Max(2, written.Length / 3) ? best.Name : null;
    }

    /// <summary>The known name with the smallest edit distance, however far; null where none is known.</summary>
    public static string? Nearest(string written, IEnumerable<string> known) =>
        known.OrderBy(name => Distance(written, name)).ThenBy(name => name, StringComparer.Ordinal).FirstOrDefault();

    /// <summary>
    /// Edits (insert, delete, replace, swap of neighbours; case does not count) that turn one name into the other.
    /// </summary>
    public static int Distance(string from, string to)
    {
        var distances = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
            distances[i, 0] = i;
        for (var j = 0; j <= to.Length; j++)
            distances[0, j] = j;
        for (var i = 1; i <= from.Length; i++)
        {
            for (var j = 1; j <= to.Length; j++)
            {
                var replace = distances[i - 1, j - 1] + (Same(from[i - 1], to[j - 1]) ? 0 : 1);
                distances[i, j] = Math.Min(replace, 1 + Math.Min(distances[i - 1, j], distances[i, j - 1]));
                if (i > 1 && j > 1 && Same(from[i - 1], to[j - 2]) && Same(from[i - 2], to[j - 1]))
                    distances[i, j] = Math.Min(distances[i, j], distances[i - 2, j - 2] + 1);
            }
        }
        return distances[from.Length, to.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
