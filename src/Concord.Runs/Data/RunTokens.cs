using System.Collections.Concurrent;
using System.Globalization;
using Concord.Foundation;
using Concord.Modeling.Rewards;
using Concord.Preferences;
using Concord.Preferences.Readers;
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
    /// <param name="Choice">How messages were rendered, and what decided it.</param>
    /// <param name="ParsesDialogues">Whether whole texts that are dialogues were rendered like messages.</param>
    /// <param name="Example">A comparison as the model reads it, in a line; null where all came as ids.</param>
    /// <param name="Refused">The comparisons that could not be rendered or tokenized.</param>
    /// <param name="Notes">What is to be told of what was cut and left out.</param>
    internal sealed record Facts(
        int? BosId,
        int? PadId,
        bool BosMayRepeat,
        RenderingChoice Choice,
        bool ParsesDialogues,
        string? Example,
        IReadOnlyList<RefusedComparison> Refused,
        IReadOnlyList<string> Notes
    );

    /// <summary>Encodes comparisons on all cores, keeping their order; what is refused is listed.</summary>
    /// <exception cref="ConcordException">One is too long, and the truncation policy makes that an error.</exception>
    public static RunTokens Of(PreferenceSplit comparisons, ModelEncoding encoding, CancellationToken cancellation)
    {
        var (notes, refused) = (new List<string>(), new List<RefusedComparison>());
        var tokenizer = encoding.Tokenizer;
        TokenizedComparison[] Side(IReadOnlyList<Comparison> side, string which) =>
            side.Count == 0 ? [] : Encode(side, encoding, which, notes, refused, cancellation);
        var (training, validation, heldOut) = (
            Side(comparisons.Training, "to train on"),
            Side(comparisons.Validation, "to choose by"),
            Side(comparisons.HeldOut, "held out")
        );
        return new RunTokens
        {
            Training = training,
            Validation = validation,
            HeldOut = heldOut,
            About = new Facts(
                tokenizer?.BosId,
                tokenizer?.PadId,
                encoding.Choice.Rendering == DialogueRendering.Chat || tokenizer?.BosId == tokenizer?.EosId,
                encoding.Choice,
                encoding.ParsesDialogues,
                training.Length == 0 ? null : RenderedExample.Of(encoding, [.. training.Select(one => one.Comparison)]),
                refused,
                notes
            ),
        };
    }

    /// <summary>How many comparisons of each source there are.</summary>
    public IReadOnlyDictionary<string, int> Counts() =>
        Training
            .Concat(Validation)
            .Concat(HeldOut)
            .CountBy(one => one.Comparison.Source)
            .ToDictionary(StringComparer.Ordinal);

    private static TokenizedComparison[] Encode(
        IReadOnlyList<Comparison> comparisons,
        ModelEncoding encoding,
        string which,
        List<string> notes,
        List<RefusedComparison> refused,
        CancellationToken cancellation
    )
    {
        var errors = new ConcurrentDictionary<int, RefusedComparison>();
        TokenizedComparison? EncodeOne((int Index, Comparison Comparison) one)
        {
            try
            {
                return encoding.Encode(one.Comparison);
            }
            catch (RefusedComparisonException error)
            {
                errors[one.Index] = new RefusedComparison(
                    one.Comparison.Source,
                    new ReadProblem(error.Origin.File, error.Origin.Line, error.Reason)
                );
                return null;
            }
        }
        TokenizedComparison?[] encoded = [.. OrderedParallel.Map([.. comparisons.Index()], EncodeOne, cancellation)];
        refused.AddRange(errors.OrderBy(one => one.Key).Select(one => one.Value));
        int cut = encoded.Count(one => one is { Truncated: true }),
            responses = encoded.Count(one => one is { ResponseCut: true });
        var dropped = encoded.Count(one => one is null) - errors.Count;
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
