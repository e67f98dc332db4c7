using Concord.Modeling.Backbones;
using Concord.Tokenization.Comparisons;

namespace Concord.Bench;

/// <summary>
/// Floating-point operations that a reward model's products need: linear layers and attention, forward, or forward and
/// back (three times as many).
/// </summary>
internal static class StepFlops
{
    /// <summary>
    /// Of packed comparisons: every position once, in the last layer only keys and values for all, the rest where a
    /// reward is read; attention over the pairs that see each other.
    /// </summary>
    public static double Packed(BackboneConfig config, IEnumerable<TokenizedComparison> comparisons)
    {
        var total = 0.0;
        foreach (var comparison in comparisons)
        {
            double prefix = comparison.Prefix.Length,
                pairs = prefix * (prefix + 1) / 2,
                lastPairs = 0;
            foreach (var suffix in comparison.Suffixes)
            {
                double length = suffix.Length;
                pairs += length * prefix + length * (length + 1) / 2;
                lastPairs += prefix + length;
            }
            int tokens = comparison.PackedLength,
                rewards = comparison.Suffixes.Length;
            total +=
                (config.Layers - 1) * (2 * (KeysValues(config) + Rest(config)) * tokens + Attention(config) * pairs)
                + 2 * KeysValues(config) * tokens
                + 2 * Rest(config) * rewards
                + Attention(config) * lastPairs;
        }
        return total;
    }

    /// <summary>
    /// Of padded rows: every position of every row, padding and repeated prompts included, and every pair of positions;
    /// the vocabulary's product is not counted.
    /// </summary>
    public static double Padded(BackboneConfig config, long rows, long length) =>
        config.Layers * rows * (2 * (KeysValues(config) + Rest(config)) * length + Attention(config) * length * length);

    private static double KeysValues(BackboneConfig config) =>
        2.0 * config.HiddenSize * config.KeyValueHeads * config.HeadDimension;

    private static double Rest(BackboneConfig config) =>
        2.0 * config.HiddenSize * config.Heads * config.HeadDimension
        + (double)config.Family.FeedForwardMatrices * config.HiddenSize * config.IntermediateSize;

    private static double Attention(BackboneConfig config) => 4.0 * config.Heads * config.HeadDimension;
}
