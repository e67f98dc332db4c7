namespace Concord.Preferences.Readers;

/// <summary>What is to be said where comparisons of several files merge under one source, or nearly do.</summary>
internal static class SharedSources
{
    private const int Named = 4;

    /// <summary>A line for each case.</summary>
    /// <param name="results">What the files gave.</param>
    /// <param name="set">The data set that a file is a shard of.</param>
    public static IEnumerable<string> Notes(IReadOnlyList<ReadResult> results, Func<string, string> set)
    {
        var files = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var result in results)
        foreach (var source in result.Comparisons.Select(comparison => comparison.Source).Distinct())
        {
            if (!files.TryGetValue(source, out var of))
                files[source] = of = [];
            of.Add(result.File);
        }
        foreach (var (source, of) in files.Where(one => one.Value.Count > 1))
            yield return of.Select(set).Distinct().Count() == 1
                ? $"{List(of)} are shards of one data set: the source '{source}'"
                : $"{List(of)} all give the source '{source}': their comparisons are one source";
        foreach (
            var alike in files
                .Keys.GroupBy(name => name.Replace('_', '-').Replace(' ', '-'), StringComparer.OrdinalIgnoreCase)
                .Where(group => group.Count() > 1)
        )
            yield return $"the sources {string.Join(", ", alike.Select(name => $"'{name}'"))} are spelt nearly alike and "
                + "are different sources";
    }

    private static string List(List<string> files) =>
        files.Count <= Named
            ? $"{string.Join(", ", files.SkipLast(1))} and {files[^1]}"
            : $"{string.Join(", ", files.Take(Named - 1))} and {files.Count - Named + 1} more files";
}
