using Concord.Tokenization.Comparisons;

namespace Concord.Training.Batches;

/// <summary>
/// Which comparisons each step takes: a pure function of the settings, the seed and the step, so a resumed run needs no
/// replay and another run none of this one's history.
/// </summary>
public sealed class BatchPlan : IBatchSource
{
    private readonly IReadOnlyList<TokenizedComparison> comparisons;
    private readonly IReadOnlyList<int> sourceOf;
    private readonly ItemStream[] streams;
    private readonly int[] counts; // taken from each stream per step

    /// <summary>A plan over comparisons.</summary>
    /// <param name="settings">Composition, sizes, limits.</param>
    /// <param name="sources">The K source names.</param>
    /// <param name="comparisons">The comparisons trained on.</param>
    /// <param name="sourceOf">Source of each comparison, 0 .. K - 1.</param>
    /// <param name="seed">The run's seed.</param>
    /// <exception cref="ConcordException">A setting is outside its range, or a source has no comparison.</exception>
    public BatchPlan(
        BatchSettings settings,
        IReadOnlyList<string> sources,
        IReadOnlyList<TokenizedComparison> comparisons,
        IReadOnlyList<int> sourceOf,
        int seed
    )
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(comparisons);
        ArgumentNullException.ThrowIfNull(sourceOf);
        this.comparisons = comparisons;
        this.sourceOf = sourceOf;
        settings.Validate(sources);
        var bySource = sources
            .Select(
                (name, source) =>
                {
                    int[] items = [.. Enumerable.Range(0, sourceOf.Count).Where(item => sourceOf[item] == source)];
                    if (items.Length == 0)
                        throw new ConcordException($"The source `{name}` has no comparison to train on.");
                    return items;
                }
            )
            .ToArray();
        int? Limit(int source) => settings.Limits.TryGetValue(sources[source], out var limit) ? limit : null;
        streams =
        [
            .. bySource.Select(
                (items, source) => ItemStream.Create(seed, source, items, Limit(source), settings.Resample)
            ),
        ];
        Comparisons = [.. streams.Select(stream => stream.Entries.Distinct().Count())];
        counts =
        [
            .. sources.Select(name =>
                Math.Max(
                    1,
                    (int)Math.Round(settings.PerSource * (settings.Shares.TryGetValue(name, out var share) ? share : 1))
                )
            ),
        ];
        if (settings.Composition == BatchComposition.Balanced)
            return;
        // one stream of the same, resampled, comparisons; a repeat is an entry of its own
        var chosen = streams.SelectMany(stream => stream.Entries).ToArray();
        counts = [counts.Sum()];
        streams = [ItemStream.Over(seed, sources.Count, chosen)];
    }

    /// <summary>Steps until the longest stream has been seen once, at least 1.</summary>
    public int StepsPerEpoch => StepsFor(1);

    /// <summary>How many different comparisons of each source are trained on, (K).</summary>
    public IReadOnlyList<int> Comparisons { get; }

    /// <summary>How many comparisons a step takes.</summary>
    public int PerStep => counts.Sum();

    /// <summary>Whether the first so many steps take some comparison a second time.</summary>
    public bool Repeats(int steps) =>
        Enumerable.Range(0, streams.Length).Any(i => (long)steps * counts[i] > streams[i].Length);

    /// <summary>Steps for a number of epochs, which may be a fraction: the longest stream is seen so often.</summary>
    public int StepsFor(double epochs) =>
        Math.Max(
            1,
            Enumerable
                .Range(0, streams.Length)
                .Max(i => (int)Math.Ceiling(epochs * streams[i].Length / counts[i] - 1e-9))
        );

    /// <summary>The comparisons that are ever drawn, in their order: limits and resampling leave some out.</summary>
    internal TokenizedComparison[] Drawn() =>
        [.. streams.SelectMany(stream => stream.Entries).Distinct().Order().Select(item => comparisons[item])];

    /// <summary>The comparisons that the first so many steps take.</summary>
    internal IEnumerable<TokenizedComparison> Taken(int steps)
    {
        var items = new HashSet<int>();
        var most = Comparisons.Sum();
        for (var step = 0; step < steps && items.Count < most; step++)
            items.UnionWith(Items(step).Items);
        return items.Order().Select(item => comparisons[item]);
    }

    /// <summary>How many comparisons of each source a batch has on average, (K).</summary>
    internal double[] PerBatch(int sources)
    {
        var means = new double[sources];
        for (var i = 0; i < streams.Length; i++)
            foreach (var item in streams[i].Entries)
                means[sourceOf[item]] += (double)counts[i] / streams[i].Length;
        return means;
    }

    /// <inheritdoc/>
    public TrainingBatch Batch(int step)
    {
        var (items, fresh) = Items(step);
        return new(
            step,
            [.. items.Select(item => comparisons[item])],
            [.. items.Select(item => sourceOf[item])],
            fresh
        );
    }

    /// <summary>Which comparisons a step takes, by source, and which of them no step before has taken.</summary>
    /// <param name="step">From 0.</param>
    internal (int[] Items, bool[] Fresh) Items(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        var (items, fresh) = (new int[counts.Sum()], new bool[counts.Sum()]);
        for (int i = 0, at = 0; i < streams.Length; i++)
        for (var k = 0; k < counts[i]; k++, at++)
            (items[at], fresh[at]) = streams[i].At((long)step * counts[i] + k);
        return (items, fresh);
    }
}
