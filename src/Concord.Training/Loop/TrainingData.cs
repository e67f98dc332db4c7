using System.Runtime.InteropServices;
using Concord.Foundation;
using Concord.Tokenization.Comparisons;

namespace Concord.Training.Loop;

/// <summary>What a run trains on, chooses by and is evaluated on, as token ids.</summary>
public sealed class TrainingData
{
    private readonly Dictionary<string, int> indices;

    /// <summary>
    /// Data of the sources that the training comparisons name, in the order in which they first appear unless named.
    /// </summary>
    /// <param name="training">The comparisons trained on; those without a strict pair are allowed and teach
    /// nothing.</param>
    /// <param name="heldOut">The comparisons evaluated on; none of their prompts may be trained on.</param>
    /// <param name="sources">The K source names in an order of one's own, or null.</param>
    /// <param name="validation">The comparisons that choose the step, the early stop and the temperatures; none of
    /// their prompts may be trained on or held out. Null or empty: nothing is chosen, the last step is kept.</param>
    /// <exception cref="ConcordException">There is nothing to train on, a source is not named, or a prompt is on two
    /// sides.</exception>
    public TrainingData(
        IReadOnlyList<TokenizedComparison> training,
        IReadOnlyList<TokenizedComparison> heldOut,
        IReadOnlyList<string>? sources = null,
        IReadOnlyList<TokenizedComparison>? validation = null
    )
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(heldOut);
        Training = training;
        HeldOut = heldOut;
        Validation = validation ?? [];
        if (training.Count == 0)
            throw new ConcordException(
                "There is no comparison to train on: check the files, the split and the truncation policy."
            );
        Sources = sources ?? [.. training.Select(comparison => comparison.Comparison.Source).Distinct()];
        indices = Sources
            .Select((name, index) => (name, index))
            .ToDictionary(pair => pair.name, pair => pair.index, StringComparer.Ordinal);
        foreach (var comparison in training)
            if (!indices.ContainsKey(comparison.Comparison.Source))
                throw new ConcordException(
                    $"{comparison.Comparison.Origin.File}, line {comparison.Comparison.Origin.Line}: the source "
                        + $"`{comparison.Comparison.Source}` is none of {string.Join(", ", Sources)}."
                );
        TrainingSources = [.. training.Select(SourceOf)];
        var trained = Prompts(training);
        Apart(heldOut, "held-out", trained, "trained on");
        Apart(Validation, "validation", trained, "trained on");
        if (Validation.Count > 0)
            Apart(Validation, "validation", Prompts(heldOut), "held out");
    }

    /// <summary>The K source names, in the order of all vectors and matrices.</summary>
    public IReadOnlyList<string> Sources { get; }

    /// <summary>The comparisons trained on.</summary>
    public IReadOnlyList<TokenizedComparison> Training { get; }

    /// <summary>Index of the source of each comparison trained on.</summary>
    internal IReadOnlyList<int> TrainingSources { get; }

    /// <summary>The comparisons that choose the step, the early stop and the temperatures; may be empty.</summary>
    public IReadOnlyList<TokenizedComparison> Validation { get; }

    /// <summary>The comparisons evaluated on.</summary>
    public IReadOnlyList<TokenizedComparison> HeldOut { get; }

    /// <summary>Id of the token that begins a text, for the self-check; null where there is none.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>
    /// Whether a text may hold that id more than once, as under a chat template that takes it for a border of turns, or
    /// where it is the end of text too.
    /// </summary>
    public bool BosMayRepeat { get; init; }

    /// <summary>Id of padding, for a saved config that names none; null where there is none.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>The comparisons of the validation side whose source is trained on.</summary>
    internal IReadOnlyList<TokenizedComparison> ValidationOfSources =>
        [.. Validation.Where(comparison => indices.ContainsKey(comparison.Comparison.Source))];

    /// <summary>Index of the source of a comparison trained on, or of <see cref="ValidationOfSources"/>.</summary>
    internal int SourceOf(TokenizedComparison comparison) => indices[comparison.Comparison.Source];

    private static HashSet<string> Prompts(IEnumerable<TokenizedComparison> comparisons) =>
        comparisons.Select(comparison => comparison.Comparison.PromptId).ToHashSet(StringComparer.Ordinal);

    private static void Apart(IEnumerable<TokenizedComparison> side, string name, HashSet<string> prompts, string other)
    {
        foreach (var comparison in side)
            if (prompts.Contains(comparison.Comparison.PromptId))
                throw new ConcordException(
                    $"{comparison.Comparison.Origin.File}, line {comparison.Comparison.Origin.Line}: this {name} "
                        + $"comparison's prompt is also {other}. Split by prompt."
                );
    }

    /// <summary>
    /// A number that changes with any id, score, source, margin or order: by it a resumed run sees that its data are
    /// the same.
    /// </summary>
    public string Fingerprint()
    {
        var hash = new ContentHash();
        foreach (var name in Sources)
            hash.Add(name + "\n");
        foreach (var comparison in Training.Concat(HeldOut).Concat(Validation))
        {
            hash.Add(comparison.Comparison.Source + "\n");
            var ids = comparison.ContentKey; // kept with ids that are in a file: they are not read for this
            hash.Add(BitConverter.GetBytes((ulong)ids));
            hash.Add(BitConverter.GetBytes((ulong)(ids >> 64)));
            hash.Add(MemoryMarshal.AsBytes(comparison.Scores.AsSpan()));
            hash.Add(BitConverter.GetBytes(comparison.Comparison.Margin ?? double.NaN));
        }
        return hash.ToString();
    }
}
