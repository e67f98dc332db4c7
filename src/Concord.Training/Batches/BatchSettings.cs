using Concord.Foundation;

namespace Concord.Training.Batches;

/// <summary>How a batch is composed of sources.</summary>
public enum BatchComposition
{
    /// <summary>
    /// The same number of comparisons of every source, or by its share; short sources begin again before long ones end.
    /// What MORE needs.
    /// </summary>
    Balanced,

    /// <summary>
    /// All comparisons of all sources shuffled into one stream: a batch has what comes, and may miss sources. The
    /// paper's MultiTask.
    /// </summary>
    Shuffled,
}

/// <summary>How batches are drawn. Every default is here.</summary>
public sealed record BatchSettings
{
    private const int LargestBatch = 1_000_000;

    /// <summary>How a batch is composed.</summary>
    /// <value>Default <see cref="BatchComposition.Balanced"/>.</value>
    public BatchComposition Composition { get; init; } = BatchComposition.Balanced;

    /// <summary>Comparisons per source in a batch of one optimizer step (times K, in a shuffled batch).</summary>
    /// <value>≥ 1; default 16, as the paper.</value>
    [Setting("Comparisons of each source in the batch of one step.", Least = 1, Most = LargestBatch)]
    public int PerSource { get; init; } = 16;

    /// <summary>Comparisons in a micro-batch, what is computed at once; null for the whole batch.</summary>
    /// <value>≥ 1 or null; default null.</value>
    [Setting("Comparisons computed at once; empty: the whole batch.", Least = 1)]
    public int? MicroBatch { get; init; }

    /// <summary>
    /// Most tokens computed at once: a batch that has more is cut into more micro-batches. A single comparison may
    /// exceed it.
    /// </summary>
    /// <value>1 to 65,536; default 8,192. A model of 135 million parameters that is trained whole takes about 12 GB for
    /// as many; bounded, so that no product of sizes leaves what memory can be addressed by.</value>
    [Setting("Most tokens computed at once; a longer batch is cut.", Least = 1, Most = 65536)]
    public int TokenBudget { get; init; } = 8192;

    /// <summary>
    /// n, to which every source is resampled: chosen at random where it has more, all and random repeats where it has
    /// fewer; null to take each as it is.
    /// </summary>
    /// <value>≥ 1 or null; default null. The paper took 40,000.</value>
    [Setting("Comparisons to which every source is resampled; empty: as it is.", Least = 1)]
    public int? Resample { get; init; }

    /// <summary>Per source, by name: most comparisons that are used of it, chosen at random.</summary>
    public IReadOnlyDictionary<string, int> Limits { get; init; } = new Dictionary<string, int>();

    /// <summary>Per source, by name: how many times <see cref="PerSource"/> it has in a balanced batch.</summary>
    /// <value>1 where not named.</value>
    public IReadOnlyDictionary<string, double> Shares { get; init; } = new Dictionary<string, double>();

    /// <summary>Refuses settings that have no meaning.</summary>
    /// <param name="sources">The sources there are.</param>
    /// <exception cref="ConcordException">A value is outside its range, or a source is not there.</exception>
    public void Validate(IReadOnlyList<string> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        SettingRule.Check(this);
        foreach (var (name, limit) in Limits)
        {
            Known(name, "limits");
            new SettingRange(1, int.MaxValue).Check($"limits.{name}", limit);
        }
        foreach (var (name, share) in Shares)
        {
            Known(name, "shares");
            SettingRange.Positive.Check($"shares.{name}", share);
            if (share * PerSource > LargestBatch)
                throw new ConcordException(
                    FormattableString.Invariant(
                        $"{share} times {PerSource} comparisons of {name} in a batch are more than {LargestBatch}: "
                    ) + "lower its share, or per_source."
                );
        }

        void Known(string name, string setting)
        {
            if (!sources.Contains(name))
                throw new ConcordException(
                    $"The setting {setting} names the source `{name}`, which the data does not have; they have "
                        + $"{string.Join(", ", sources)}."
                );
        }
    }
}
