using System.Globalization;

namespace Concord.Preferences.Readers;

/// <summary>All that a file gives, together.</summary>
internal static class WholeFile
{
    // Where so many came and none was read, no more is to be hoped for.
    private const int MostUnread = 10_000;

    /// <summary>Reads it to the end.</summary>
    /// <exception cref="ConcordException">It cannot be opened, has no known format, or not one record could be
    /// read.</exception>
    public static ReadResult Read(RepeatedFile file, ReadOptions options, DataSetFiles dataSet)
    {
        var reading = new FileReading(file, options, dataSet);
        var comparisons = new List<Comparison>();
        var problems = new List<ReadProblem>();
        var dropped = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var records = 0;
        foreach (var record in reading.Records())
        {
            if (record.Line > 0)
                records++;
            comparisons.AddRange(record.Comparisons);
            if (record.Problem is { } problem)
                problems.Add(problem);
            foreach (var (reason, count) in record.Dropped)
                dropped[reason] = dropped.GetValueOrDefault(reason) + count;
            if (problems.Count == MostUnread && records == MostUnread)
                break;
        }
        if (problems.Count > 0 && problems.Count == records)
        {
            var which = records == MostUnread ? $"the first {Text(records)}" : $"the {Text(records)}";
            throw new ConcordException(
                $"{file.Name}: none of {which} records could be read as {reading.Format}. The first: {problems[0]} "
                    + $"Formats known: {PreferenceFormat.Names}."
            );
        }
        return new ReadResult
        {
            File = file.Name,
            Format = reading.Format!,
            Records = records,
            Comparisons = comparisons,
            Problems = problems,
            Dropped = dropped,
            Unused = reading.Unused,
            Notes = [.. reading.Notes],
        };
    }

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
}
