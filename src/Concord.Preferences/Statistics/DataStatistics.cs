using Concord.Foundation;

namespace Concord.Preferences.Statistics;

/// <summary>What the comparisons of some files are like, source by source.</summary>
public sealed record DataStatistics
{
    /// <summary>The sources, in the order in which they first occur.</summary>
    public required IReadOnlyList<SourceStatistics> Sources { get; init; }

    /// <summary>
    /// Sources, or records of one source, that order the same two responses to the same prompt; the most contradicted
    /// first.
    /// </summary>
    public required IReadOnlyList<Contradiction> Contradictions { get; init; }

    /// <summary>Number of prompts that occur in more than one source: they must not be split apart.</summary>
    public required int SharedPrompts { get; init; }

    /// <summary>Computes the statistics.</summary>
    /// <param name="comparisons">The comparisons of all sources.</param>
    /// <param name="rows">The ids of each row of a comparison as the model would read them, prompt included: a
    /// tokenizer's, or <see cref="CharacterRows.Of"/>; null where it is refused, and then counts nowhere. It may be
    /// called from several threads.</param>
    /// <param name="maximumLength">The longest row a model would be given, in the unit of the rows; null to count no
    /// overlong ones.</param>
    /// <param name="progress">Called from one thread, with the number of comparisons done.</param>
    /// <param name="cancellation">Ends the work.</param>
    public static DataStatistics Of(
        IReadOnlyList<Comparison> comparisons,
        Func<Comparison, IReadOnlyList<int[]>?> rows,
        int? maximumLength = null,
        Action<int>? progress = null,
        CancellationToken cancellation = default
    )
    {
        // Chunks bound what is held: the rows of a chunk, not of the whole file.
        const int chunk = 1024;
        var sources = new List<SourceAccount>();
        var accounts = new Dictionary<string, SourceAccount>(StringComparer.Ordinal);
        var contradictions = new ContradictionFinder();
        for (var start = 0; start < comparisons.Count; start += chunk)
        {
            var part = comparisons.Skip(start).Take(chunk).ToArray();
            var measured = OrderedParallel.Map(
                part,
                comparison =>
                    (Comparison: comparison, Rows: rows(comparison), Responses: PromptIdentity.OfResponses(comparison)),
                cancellation
            );
            foreach (var (comparison, lengths, responses) in measured)
            {
                if (lengths is null)
                    continue;
                if (!accounts.TryGetValue(comparison.Source, out var account))
                {
                    accounts[comparison.Source] = account = new SourceAccount(comparison.Source, maximumLength);
                    sources.Add(account);
                }
                account.Add(comparison, lengths, responses);
                contradictions.Add(comparison, responses);
            }
            progress?.Invoke(start + part.Length);
        }
        var opposed = contradictions.PerSource();
        var shared = sources
            .SelectMany(source => source.Prompts)
            .GroupBy(prompt => prompt)
            .Count(group => group.Skip(1).Any());
        return new DataStatistics
        {
            Sources = [.. sources.Select(source => source.Close(opposed))],
            Contradictions = contradictions.Between(),
            SharedPrompts = shared,
        };
    }
}
