using System.Globalization;
using Concord.Foundation;
using Concord.Modeling.Rewards;
using Concord.Preferences;
using Concord.Tokenization.Comparisons;
using Concord.Tokenization.Rendering;

namespace Concord.Runs.Data;

/// <summary>A recipe's comparisons as token ids, and what training needs of the tokenizer that made them.</summary>
internal sealed record RunTokens
{
    /// <summary>The comparisons trained on.</summary>
    public required IReadOnlyList<TokenizedComparison> Training { get; init; }

    /// <summary>The comparisons that choose the step, the early stop and the temperatures; may be empty.</summary>
    public IReadOnlyList<TokenizedComparison> Validation { get; init; } = [];

    /// <summary>The comparisons evaluated on.</summary>
    public required IReadOnlyList<TokenizedComparison> HeldOut { get; init; }

    /// <summary>What else there is to know.</summary>
    public required Facts About { get; init; }

    /// <summary>What is known of the ids besides themselves.</summary>
    /// <param name="BosId">The id that begins a text, where the tokenizer names one.</param>
    /// <param name="PadId">The id of padding, where the tokenizer names one.</param>
    /// <param name="BosMayRepeat">Whether a text may hold the former more than once.</param>
    /// <param name="Notes">What is to be told of what was cut and left out.</param>
    internal sealed record Facts(int? BosId, int? PadId, bool BosMayRepeat, IReadOnlyList<string> Notes);

    /// <summary>Encodes comparisons on all cores, keeping their order.</summary>
    /// <exception cref="ConcordException">The first comparison, in order, that cannot be encoded.</exception>
    public static RunTokens Of(PreferenceSplit comparisons, ModelEncoding encoding, CancellationToken cancellation)
    {
        var notes = new List<string>();
        var tokenizer = encoding.Tokenizer;
        return new RunTokens
        {
            Training = Encode(comparisons.Training, encoding, "to train on", notes, cancellation),
            Validation =
                comparisons.Validation.Count == 0
                    ? []
                    : Encode(comparisons.Validation, encoding, "to choose by", notes, cancellation),
            HeldOut = Encode(comparisons.HeldOut, encoding, "held out", notes, cancellation),
            About = new Facts(
                tokenizer?.BosId,
                tokenizer?.PadId,
                encoding.Rendering == DialogueRendering.Chat || tokenizer?.BosId == tokenizer?.EosId,
                notes
            ),
        };
    }

    private static TokenizedComparison[] Encode(
        IReadOnlyList<Comparison> comparisons,
        ModelEncoding encoding,
        string which,
        List<string> notes,
        CancellationToken cancellation
    )
    {
        TokenizedComparison?[] encoded = [.. OrderedParallel.Map(comparisons, encoding.Encode, cancellation)];
        int cut = encoded.Count(one => one is { Truncated: true }),
            responses = encoded.Count(one => one is { ResponseCut: true });
        var dropped = encoded.Count(one => one is null);
        if (cut + dropped > 0)
        {
            var policy = $"truncation {EncodingNames.Of(encoding.Truncation)}";
            notes.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{policy} at {encoding.MaximumLength} tokens: of {encoded.Length} comparisons {which}, {cut} "
                        + $"cut, {responses} with a response cut, {dropped} left out"
                )
            );
        }
        return [.. encoded.OfType<TokenizedComparison>()];
    }
}
