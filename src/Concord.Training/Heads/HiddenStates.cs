using System.Globalization;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using Concord.Tokenization.Comparisons;

namespace Concord.Training.Heads;

/// <summary>What the head reads of many comparisons, computed in batches of bounded size.</summary>
internal static class HiddenStates
{
    /// <summary>z at the reward positions of the comparisons, in their order, (R, H) row by row.</summary>
    /// <param name="model">The model as it is.</param>
    /// <param name="comparisons">The comparisons.</param>
    /// <param name="cache">Where hidden states below the trained layers are kept, or null.</param>
    /// <param name="kept">Where they are kept as they come, or null.</param>
    /// <param name="progress">Told how many comparisons are done, and how many there are.</param>
    /// <param name="cancellation">Looked at before every batch.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="ConcordException">They are more than an array holds.</exception>
    public static float[] Of(
        RewardModel model,
        IReadOnlyList<TokenizedComparison> comparisons,
        FrozenStateCache? cache,
        KeptStates? kept,
        Action<int, int> progress,
        CancellationToken cancellation
    )
    {
        var width = model.Config.HiddenSize;
        var rows = comparisons.Sum(one => (long)one.RowCount);
        if (rows * width > Array.MaxLength)
            throw new ConcordException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The exact head of {rows:n0} rewards over a hidden size of {width:n0} needs more numbers than an "
                        + $"array holds ({Array.MaxLength:n0}). Give sources a `limit` of comparisons, or train by "
                        + $"`mode: head`."
                )
            );
        var states = new float[rows * width];
        for (int first = 0, row = 0; first < comparisons.Count; )
        {
            cancellation.ThrowIfCancellationRequested();
            int end = first,
                tokens = 0;
            while (end < comparisons.Count && (end == first || tokens + comparisons[end].PackedLength <= Most))
                tokens += comparisons[end++].PackedLength;
            TokenizedComparison[] some = [.. comparisons.Skip(first).Take(end - first)];
            var count = some.Sum(one => one.RowCount);
            var own = states.AsSpan(row * width, count * width);
            if (kept?.TryTake(own) != true)
            {
                Compute(model, some, cache, states, row * width);
                kept?.Keep(own);
            }
            row += count;
            progress(first = end, comparisons.Count);
        }
        return states;
    }

    private static void Compute(
        RewardModel model,
        IReadOnlyList<TokenizedComparison> comparisons,
        FrozenStateCache? cache,
        float[] states,
        int at
    )
    {
        using var batch = PackedBatch.Create(comparisons, model.Device);
        using var frozen = cache?.States(batch);
        using var output = model.Forward(batch, record: false, frozen);
        using var host = output.Hidden.cpu();
        host.data<float>().CopyTo(states, at);
    }

    private const int Most = RewardScorer.DefaultTokensPerBatch; // tokens computed at once
}
