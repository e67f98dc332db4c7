using System.Globalization;

namespace Concord.Preferences.Sampling;

/// <summary>To which side of a split a comparison belongs.</summary>
public enum SplitPart
{
    /// <summary>Learned from.</summary>
    Train,

    /// <summary>Looked at during training: early stop, temperatures, the best checkpoint.</summary>
    Validation,

    /// <summary>Kept for the result.</summary>
    Test,
}

/// <summary>
/// Splits by prompt: where a comparison goes is a pure function of (seed, <see cref="Comparison.PromptId"/>), so a
/// prompt never lies on two sides, in whatever sources and files it occurs, and neither order nor
/// further data moves a prompt.
/// </summary>
/// <remarks>
/// Shares are of prompts in expectation; the counts of comparisons vary around them. Raising the test share only adds
/// prompts to the test side.
/// </remarks>
public sealed record PromptSplit
{
    /// <summary>Seed of the split.</summary>
    /// <value>Default: 1.</value>
    public long Seed { get; init; } = 1;

    /// <summary>Share of the prompts that is kept for the test, in [0, 1].</summary>
    /// <value>Default: 0.1.</value>
    public double TestShare { get; init; } = 0.1;

    /// <summary>
    /// Share of the prompts that is looked at during training, in [0, 1]; with the test share at most 1.
    /// </summary>
    /// <value>Default: 0.</value>
    public double ValidationShare { get; init; }

    /// <summary>The side of a prompt.</summary>
    /// <exception cref="ConcordException">A share lies outside [0, 1], or both together exceed 1.</exception>
    public SplitPart PartOf(string promptId)
    {
        Check();
        var at = PromptIdentity.Uniform(Seed, promptId);
        if (at < TestShare)
            return SplitPart.Test;
        return at < TestShare + ValidationShare ? SplitPart.Validation : SplitPart.Train;
    }

    /// <summary>The comparisons of each side, in their given order.</summary>
    /// <exception cref="ConcordException">A share lies outside [0, 1], or both together exceed 1.</exception>
    public (
        IReadOnlyList<Comparison> Train,
        IReadOnlyList<Comparison> Validation,
        IReadOnlyList<Comparison> Test
    ) Apply(IEnumerable<Comparison> comparisons)
    {
        var parts = comparisons.ToLookup(comparison => PartOf(comparison.PromptId));
        return ([.. parts[SplitPart.Train]], [.. parts[SplitPart.Validation]], [.. parts[SplitPart.Test]]);
    }

    private void Check()
    {
        if (TestShare is >= 0 and <= 1 && ValidationShare is >= 0 and <= 1 && TestShare + ValidationShare <= 1)
            return;
        throw new ConcordException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"A split of {TestShare} for the test and {ValidationShare} for validation: shares from 0 to 1 that "
                    + $"together are at most 1 were expected."
            )
        );
    }
}
