using Concord.Modeling.Backbones;
using Concord.Modeling.Operations;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using Concord.Tokenization.Comparisons;

namespace Concord.Bench;

/// <summary>One way of computing a training step.</summary>
/// <param name="Name">As in the table.</param>
/// <param name="Kind">Whose model it runs on; variants of one kind share it.</param>
/// <param name="Bf16">Whether its numbers are those of bf16.</param>
/// <param name="Bind">Makes the pass over a micro-batch for a model: forward and back, giving its share of the loss
/// over a number of pairs.</param>
/// <param name="Tokens">Tokens computed for a micro-batch.</param>
/// <param name="Flops">Operations of its products in a micro-batch, forward and back: those needed, or for padded rows
/// those done.</param>
internal sealed record StepVariant(
    string Name,
    StepVariant.Operations Kind,
    bool Bf16,
    Func<StepModel, Func<IReadOnlyList<TokenizedComparison>, int, double>> Bind,
    Func<IReadOnlyList<TokenizedComparison>, long> Tokens,
    Func<BackboneConfig, IReadOnlyList<TokenizedComparison>, double> Flops
)
{
    /// <summary>Whose operations a model runs on.</summary>
    public enum Operations
    {
        /// <summary>The tensor library's, with its automatic differentiation.</summary>
        Plain,

        /// <summary>Concord's, in fp32.</summary>
        Fused,

        /// <summary>Concord's, with bf16 factors.</summary>
        FusedBf16,
    }

    /// <summary>All ways, in the order of the table.</summary>
    public static IReadOnlyList<StepVariant> All { get; } =
    [
        Padded("padded", logits: false, bf16: false),
        Padded("padded, logits", logits: true, bf16: false),
        Packed("packed, plain operations", Operations.Plain, Unshared),
        Packed("packed, shared, plain operations", Operations.Plain, comparison => comparison),
        Packed("Concord, nothing shared", Operations.Fused, Unshared),
        Packed("Concord", Operations.Fused, comparison => comparison),
        Padded("padded, bf16", logits: false, bf16: true),
        Padded("padded, logits, bf16", logits: true, bf16: true),
        Packed("Concord, bf16", Operations.FusedBf16, comparison => comparison),
    ];

    /// <summary>The operations of a kind.</summary>
    public static IOperations Make(Operations kind) =>
        kind switch
        {
            Operations.Plain => new AutogradOperations(),
            Operations.Fused => new FusedOperations(),
            _ => new FusedOperations(Kernels.ProductPrecision.Bf16),
        };

    private static StepVariant Padded(string name, bool logits, bool bf16) =>
        new(
            name,
            Operations.Plain,
            bf16,
            model => new PaddedModel(model.Model, logits, bf16).Step,
            PaddedRows.Tokens,
            (config, part) =>
                3
                * StepFlops.Padded(config, part.Sum(comparison => comparison.Suffixes.Length), PaddedRows.Longest(part))
        );

    private static StepVariant Packed(
        string name,
        Operations kind,
        Func<TokenizedComparison, TokenizedComparison> layout
    ) =>
        new(
            name,
            kind,
            kind == Operations.FusedBf16,
            model => (part, pairs) => Step(model.Model, [.. part.Select(layout)], pairs),
            part => part.Sum(comparison => (long)layout(comparison).PackedLength),
            (config, part) => 3 * StepFlops.Packed(config, part.Select(layout))
        );

    private static TokenizedComparison Unshared(TokenizedComparison shared) =>
        shared with
        {
            Prefix = [],
            Suffixes = [.. shared.Suffixes.Select(suffix => (int[])[.. shared.Prefix, .. suffix])],
        };

    private static double Step(RewardModel model, IReadOnlyList<TokenizedComparison> comparisons, int pairs)
    {
        using var batch = PackedBatch.Create(comparisons);
        using var output = model.Forward(batch, record: true);
        var gradient = new double[batch.RowCount];
        var loss = 0.0;
        for (var c = 0; c < comparisons.Count; c++)
        {
            var first = batch.RowOffsets[c];
            var (winner, loser) =
                comparisons[c].Scores[0] > comparisons[c].Scores[1] ? (first, first + 1) : (first + 1, first);
            var difference = output.Rewards[winner] - output.Rewards[loser];
            loss += Math.Log(1 + Math.Exp(-difference)) / pairs;
            gradient[loser] = 1 / (1 + Math.Exp(difference)) / pairs;
            gradient[winner] = -gradient[loser];
        }
        model.Backward(gradient);
        return loss;
    }
}
