using Concord.Preferences;

namespace Concord.Tokenization.Comparisons;

/// <summary>
/// One comparison that rendering, its template or its tokenizer refuses. It costs only itself: whoever reads many
/// counts it, lists it, and goes on.
/// </summary>
/// <param name="origin">File and line of the record.</param>
/// <param name="reason">What is wrong with it, as a sentence.</param>
public sealed class RefusedComparisonException(RecordOrigin origin, string reason)
    : ConcordException(FormattableString.Invariant($"{origin.File}, line {origin.Line}: {reason}"))
{
    /// <summary>File and line of the record.</summary>
    public RecordOrigin Origin => origin;

    /// <summary>What is wrong with it, as a sentence.</summary>
    public string Reason => reason;
}
