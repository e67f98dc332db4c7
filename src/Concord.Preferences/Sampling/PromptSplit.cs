using Concord.Foundation;

namespace Concord.Preferences.Sampling;

/// <summary>
/// Splits by prompt: where a comparison goes is a pure function of (<see cref="Seed"/>,
/// <see cref="Comparison.PromptId"/>), so a prompt never lies on two sides, in whatever sources and files it occurs,
/// and neither order nor further data moves a prompt.
/// </summary>
/// <remarks>
/// Shares are of prompts in expectation; the counts of comparisons vary around them. A larger held-out share only adds
/// prompts to the held-out side. Limits choose by the seed too: runs of several seeds of their own, and their cached
/// hidden states, are about the same comparisons.
/// </remarks>
public sealed record PromptSplit
{
    /// <summary>The share of prompts whose comparisons are reported on and never trained on, in [0, 1).</summary>
    /// <value>Default .1.</value>
    [Setting("Share of the prompts that is evaluated on and never trained on.", Least = 0, Below = 1)]
    public double HeldOut { get; init; } = .1;

    /// <summary>
    /// The share of the training prompts that is looked at during training instead (the step that is kept, the early
    /// stop, temperatures), in [0, 1).
    /// </summary>
    /// <value>Default .1.</value>
    [Setting(
        "Share of the training prompts that chooses the step, the early stop and the temperatures; at most 500 "
            + "comparisons a source, none of a source with fewer than 20 or where nothing is chosen.",
        Least = 0,
        Below = 1
    )]
    public double Validation { get; init; } = .1;

    /// <summary>
    /// Decides which prompts go where; apart from a run's seed, so that runs of several seeds are evaluated on the same
    /// comparisons.
    /// </summary>
    /// <value>Default 1.</value>
    [Setting("Decides which prompts.", Least = 0)]
    public int Seed { get; init; } = 1;

    /// <summary>Most comparisons held out of each source, at least 1; null for all.</summary>
    [Setting("Most comparisons evaluated on of each source; empty: all that are held out.", Key = "limit", Least = 1)]
    public int? HeldOutLimit { get; init; }

    /// <summary>Most comparisons of each source on the validation side.</summary>
    /// <value>Default 500.</value>
    public int ValidationLimit { get; init; } = 500;

    /// <summary>A source that would have fewer comparisons on the validation side has none there.</summary>
    /// <value>Default 20.</value>
    public int FewestValidation { get; init; } = 20;

    /// <summary>The comparisons of each side, in their given order.</summary>
    /// <param name="comparisons">Of all sources.</param>
    /// <param name="limit">Most training and validation comparisons of a source together, by its name; null for
    /// all.</param>
    /// <exception cref="ConcordException">A share or limit lies outside its range.</exception>
    public SplitSides Apply(IReadOnlyList<Comparison> comparisons, Func<string, int?>? limit = null)
    {
        ArgumentNullException.ThrowIfNull(comparisons);
        SettingRule.Check(this, "split.");
        bool IsHeldOut(Comparison comparison) => PromptIdentity.Uniform(Seed, comparison.PromptId) < HeldOut;
        Comparison[] rest = [.. comparisons.Where(comparison => !IsHeldOut(comparison))],
            strict = [.. rest.Where(comparison => comparison.StrictPairs > 0)];
        var training = limit is null ? strict : Limited(strict, limit);
        var (left, validation) = TakeValidation(training);
        return new SplitSides
        {
            Training = left,
            Validation = validation,
            HeldOut = Limited([.. comparisons.Where(IsHeldOut)], _ => HeldOutLimit),
            TiedForTraining = rest.Length - strict.Length,
        };
    }

    /// <summary>
    /// Takes the validation side from what is to be trained on. A prompt that one source looks at is trained on by
    /// none: what lies above a source's limit, or is of a source with too few, is on neither side then.
    /// </summary>
    /// <param name="training">What could be trained on.</param>
    /// <returns>What is left to train on, and the validation side; both in the given order.</returns>
    public (IReadOnlyList<Comparison> Training, IReadOnlyList<Comparison> Validation) TakeValidation(
        IReadOnlyList<Comparison> training
    )
    {
        ArgumentNullException.ThrowIfNull(training);
        var validation = Aside(training);
        var seen = validation.Select(comparison => comparison.PromptId).ToHashSet(StringComparer.Ordinal);
        return (seen.Count == 0 ? training : [.. training.Where(one => !seen.Contains(one.PromptId))], validation);
    }

    /// <summary>At most as many held-out comparisons of each source as are allowed, in their given order.</summary>
    /// <param name="heldOut">Those that could be held out.</param>
    public IReadOnlyList<Comparison> Limited(IReadOnlyList<Comparison> heldOut)
    {
        ArgumentNullException.ThrowIfNull(heldOut);
        return Limited([.. heldOut], _ => HeldOutLimit);
    }

    private Comparison[] Aside(IReadOnlyList<Comparison> training)
    {
        if (Validation == 0)
            return [];
        Comparison[] candidates =
        [
            .. training.Where(comparison => PromptIdentity.Uniform(Seed + 2, comparison.PromptId) < Validation),
        ];
        var enough = candidates
            .GroupBy(comparison => comparison.Source)
            .Where(own => own.Count() >= FewestValidation)
            .Select(own => own.Key)
            .ToHashSet(StringComparer.Ordinal);
        return Limited([.. candidates.Where(comparison => enough.Contains(comparison.Source))], _ => ValidationLimit);
    }

    // comparisons of one prompt are neighbours in the order that limits go by
    private Comparison[] Limited(Comparison[] comparisons, Func<string, int?> limitOf)
    {
        var chosen = comparisons
            .GroupBy(comparison => comparison.Source)
            .SelectMany(group =>
                limitOf(group.Key) is { } most
                    ? group.OrderBy(comparison => PromptIdentity.Uniform(Seed + 1, comparison.PromptId)).Take(most)
                    : group
            )
            .ToHashSet(ReferenceEqualityComparer.Instance);
        return [.. comparisons.Where(chosen.Contains)];
    }
}
