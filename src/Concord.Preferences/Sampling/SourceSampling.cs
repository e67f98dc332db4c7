using System.Globalization;

namespace Concord.Preferences.Sampling;

/// <summary>
/// How many of a source's comparisons are used: first a share, then a limit, then resampling to a fixed number. Which
/// ones is a pure function of (seed, prompt, position among the comparisons of that prompt): the order
/// of the file does not matter, comparisons of one prompt stay together, and a smaller share or limit is a part of a
/// larger one.
/// </summary>
public sealed record SourceSampling
{
    /// <summary>Seed of the draw.</summary>
    /// <value>Default: 1.</value>
    public long Seed { get; init; } = 1;

    /// <summary>Share of the source that is used, in (0, 1].</summary>
    /// <value>Default: 1.</value>
    public double Share { get; init; } = 1;

    /// <summary>The most comparisons that are used, at least 1; null for no limit. It holds after the share.</summary>
    /// <value>Default: null.</value>
    public int? Limit { get; init; }

    /// <summary>
    /// The number of comparisons after resampling (paper: 40,000), at least 1; null to take each once. A source that
    /// has more gives a part, one that has fewer gives all of them as often as needed and a part once more.
    /// </summary>
    /// <value>Default: null.</value>
    public int? Resample { get; init; }

    /// <summary>
    /// The comparisons used of one source. Without resampling they keep their given order; repeats follow whole.
    /// </summary>
    /// <exception cref="ConcordException">A setting lies outside its range.</exception>
    public IReadOnlyList<Comparison> Apply(IReadOnlyList<Comparison> source)
    {
        Check();
        if (source.Count == 0)
            return source;
        var order = Draw(source);
        // At least one: a source that is named is never sampled away.
        var kept = Math.Max(1, (int)Math.Round(Share * source.Count, MidpointRounding.AwayFromZero));
        kept = Math.Min(kept, Limit ?? kept);
        var wanted = Resample ?? kept;
        var sampled = new List<Comparison>(wanted);
        for (var left = wanted; left > 0; left -= kept)
            foreach (var index in order[..Math.Min(kept, left)].Order())
                sampled.Add(source[index]);
        return sampled;
    }

    // Every comparison's place in a random order that depends on nothing but its prompt: comparisons of one prompt are
    // neighbours.
    private int[] Draw(IReadOnlyList<Comparison> source)
    {
        var keys = source
            .Select(comparison => PromptIdentity.Uniform(Seed, "sample\n" + comparison.PromptId))
            .ToArray();
        var content = source.GroupBy(comparison => comparison.PromptId).Any(group => group.Skip(1).Any())
            ? source.Select(Content).ToArray()
            : [.. source.Select(comparison => comparison.PromptId)];
        return
        [
            .. Enumerable
                .Range(0, source.Count)
                .OrderBy(index => keys[index])
                .ThenBy(index => source[index].PromptId, StringComparer.Ordinal)
                .ThenBy(index => content[index], StringComparer.Ordinal),
        ];
    }

    // What a comparison says, so that comparisons of one prompt have an order of their own.
    private static string Content(Comparison comparison) =>
        string.Join(
            '\n',
            [
                .. PromptIdentity.OfResponses(comparison),
                .. comparison.Scores.Select(score => score.ToString("R", CultureInfo.InvariantCulture)),
                comparison.Annotator ?? "",
            ]
        );

    private void Check()
    {
        if (Share is not (> 0 and <= 1))
            throw new ConcordException(
                FormattableString.Invariant(
                    $"A share of {Share} of a source: a number above 0 and at most 1 was expected."
                )
            );
        if (Limit is < 1)
            throw new ConcordException(
                FormattableString.Invariant($"A limit of {Limit} comparisons: at least 1 was expected.")
            );
        if (Resample is < 1)
            throw new ConcordException(
                FormattableString.Invariant($"Resampling to {Resample} comparisons: at least 1 was expected.")
            );
    }
}
