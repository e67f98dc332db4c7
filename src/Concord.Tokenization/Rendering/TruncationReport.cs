using System.Globalization;
using Concord.Tokenization.Comparisons;

namespace Concord.Tokenization.Rendering;

/// <summary>Which truncation policy ran, and how much it took.</summary>
public sealed record TruncationReport
{
    /// <summary>The policy.</summary>
    public required TruncationPolicy Policy { get; init; }

    /// <summary>The longest row allowed, in tokens; null where there is no limit.</summary>
    public required int? MaximumLength { get; init; }

    /// <summary>Comparisons seen, dropped ones included.</summary>
    public int Comparisons { get; init; }

    /// <summary>Strictly ordered pairs seen, dropped ones included.</summary>
    public int Pairs { get; init; }

    /// <summary>Comparisons of which something was cut.</summary>
    public int CutComparisons { get; init; }

    /// <summary>Strictly ordered pairs of the comparisons of which something was cut.</summary>
    public int CutPairs { get; init; }

    /// <summary>Comparisons with a response that alone was longer than the window and lost its end.</summary>
    public int ResponseCutComparisons { get; init; }

    /// <summary>Comparisons left out.</summary>
    public int DroppedComparisons { get; init; }

    /// <summary>Strictly ordered pairs of the comparisons left out.</summary>
    public int DroppedPairs { get; init; }

    /// <summary>
    /// The report with one more comparison, given with what became of it: null where it was left out.
    /// </summary>
    public TruncationReport With(Preferences.Comparison comparison, TokenizedComparison? encoded)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        int pairs = comparison.StrictPairs,
            cut = encoded is { Truncated: true } ? 1 : 0,
            dropped = encoded is null ? 1 : 0;
        return this with
        {
            Comparisons = Comparisons + 1,
            Pairs = Pairs + pairs,
            CutComparisons = CutComparisons + cut,
            CutPairs = CutPairs + cut * pairs,
            ResponseCutComparisons = ResponseCutComparisons + (encoded is { ResponseCut: true } ? 1 : 0),
            DroppedComparisons = DroppedComparisons + dropped,
            DroppedPairs = DroppedPairs + dropped * pairs,
        };
    }

    /// <summary>One line for a person.</summary>
    public override string ToString()
    {
        if (MaximumLength is not { } length)
            return "truncation: none (no maximum length)";
        var name = Policy == TruncationPolicy.SharedLeft ? "shared-left" : Policy.ToString().ToLowerInvariant();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"truncation {name} at {length} tokens: {CutPairs} of {Pairs} pairs cut, responses cut in "
                + $"{ResponseCutComparisons} of {Comparisons} comparisons, {DroppedPairs} pairs dropped"
        );
    }
}
