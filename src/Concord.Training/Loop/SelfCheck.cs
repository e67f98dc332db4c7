using System.Globalization;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using Concord.Tokenization.Comparisons;
using TorchSharp;

namespace Concord.Training.Loop;

/// <summary>What must hold on the first batch before hours are spent on the next ones.</summary>
internal static class SelfCheck
{
    /// <summary>
    /// Rows scored alone to compare with the packed path: enough to see a fault, few enough to cost nothing.
    /// </summary>
    private const int PlainRows = 6;

    private static double Tolerance(RewardModel model) =>
        !model.HasBf16Products && model.Parameters.All(parameter => parameter.Value.dtype == torch.float32)
            ? 1e-3
            : .05;

    /// <summary>Checks ids and hidden states.</summary>
    /// <exception cref="ConcordException">A text begins twice, hidden states cannot tell responses apart, or packing
    /// changes them; the message names the line.</exception>
    public static void Run(RewardModel model, IReadOnlyList<TokenizedComparison> batch, TrainingData data)
    {
        foreach (var comparison in batch)
            CheckBeginnings(comparison, data);
        // the shortest comparisons of the batch: what is checked does not depend on length
        TokenizedComparison[] chosen =
        [
            .. batch
                .Where(comparison => comparison.Comparison.StrictPairs > 0)
                .OrderBy(comparison => comparison.PackedLength)
                .Take(PlainRows),
        ];
        if (chosen.Length == 0)
            throw new ConcordException(
                "The first batch has no strict pair: all its comparisons are ties. Check the scores of the data."
            );
        using var packed = PackedBatch.Create(chosen, model.Device);
        using var output = model.Forward(packed);
        CheckFinite(chosen, packed, output.Rewards);
        var states = States(output);
        CheckDifferences(chosen, packed, states);
        CheckPlainPath(model, chosen, packed, states);
    }

    private static void CheckBeginnings(TokenizedComparison comparison, TrainingData data)
    {
        if (data.BosTokenId is not { } bos)
            return;
        var (prefix, suffixes) = comparison.Ids;
        for (var row = 0; row < suffixes.Length; row++)
        {
            int[] ids = [.. prefix, .. suffixes[row]];
            var doubled = ids.Length > 1 && ids[0] == bos && ids[1] == bos;
            if (doubled || (!data.BosMayRepeat && ids.Count(id => id == bos) > 1))
                throw new ConcordException(
                    $"{Place(comparison)}: response {row + 1} has the beginning-of-text id {bos} more than once. "
                        + $"The template or the text writes it and the tokenizer adds it again: take one of them away."
                );
        }
    }

    private static void CheckFinite(TokenizedComparison[] chosen, PackedBatch packed, double[] rewards)
    {
        foreach (var (comparison, first) in chosen.Zip(packed.RowOffsets))
            for (var row = 0; row < comparison.RowCount; row++)
                if (!double.IsFinite(rewards[first + row]))
                    throw new ConcordException(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{Place(comparison)}: the reward of response {row + 1} is {rewards[first + row]} "
                                + $"before any training. Check the model's weights and their type."
                        )
                    );
    }

    // of the hidden states, not of the rewards: a fresh head is zero
    private static void CheckDifferences(TokenizedComparison[] chosen, PackedBatch packed, float[][] states)
    {
        var differ = chosen
            .Zip(packed.RowOffsets)
            .Any(pair =>
                Enumerable
                    .Range(0, pair.First.RowCount)
                    .Any(row => !states[pair.Second + row].AsSpan().SequenceEqual(states[pair.Second]))
            );
        if (
            !differ
            && chosen.Any(comparison =>
                comparison.Suffixes.Any(suffix => !suffix.AsSpan().SequenceEqual(comparison.Suffixes[0]))
            )
        )
            throw new ConcordException(
                "On the first batch every response has the same hidden state as its rivals, so nothing can be "
                    + "learned: the pooling, the rendering or the truncation makes responses alike."
            );
        if (!differ)
            throw new ConcordException(
                $"{Place(chosen[0])}: chosen and rejected responses are the same ids throughout the first batch. "
                    + $"Check the data, and whether truncation cuts the responses away."
            );
    }

    private static void CheckPlainPath(
        RewardModel model,
        TokenizedComparison[] chosen,
        PackedBatch packed,
        float[][] states
    )
    {
        for (var (c, rows) = (0, 0); c < chosen.Length && rows < PlainRows; c++)
        for (var row = 0; row < chosen[c].RowCount && rows < PlainRows; row++, rows++)
        {
            int[] ids = [.. chosen[c].Prefix, .. chosen[c].Suffixes[row]];
            using var batch = PackedBatch.Create(
                [chosen[c] with { Prefix = [], Suffixes = [ids], Scores = [0] }],
                model.Device
            );
            using var alone = model.Forward(batch);
            var (shared, plain) = (states[packed.RowOffsets[c] + row], States(alone)[0]);
            var (difference, norm) = (
                Norm(shared.Zip(plain, (a, b) => (double)a - b)),
                Norm(plain.Select(z => (double)z))
            );
            if (!(difference <= Tolerance(model) * norm))
                throw new ConcordException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Place(chosen[c])}: response {row + 1} has a hidden state of norm {norm} alone, and one "
                            + $"that differs from it by {difference} in a packed batch. This is a fault of Concord "
                            + $"or of the processor's arithmetic: please report it with the model's config.json."
                    )
                );
        }
    }

    private static float[][] States(RewardOutput output)
    {
        using var host = output.Hidden.cpu();
        return [.. host.data<float>().ToArray().Chunk((int)host.shape[1])];
    }

    private static double Norm(IEnumerable<double> values) => Math.Sqrt(values.Sum(value => value * value));

    private static string Place(TokenizedComparison comparison) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{comparison.Comparison.Origin.File}, line {comparison.Comparison.Origin.Line}"
        );
}
