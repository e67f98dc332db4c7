using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using Concord.Tokenization.Comparisons;
using Concord.Training.Losses;
using TorchSharp;

namespace Concord.Training.Loop;

/// <summary>
/// A batch on its way through the model in parts: its pairs, shared out over the whole batch, and the rewards and
/// hidden states that forward passes have given so far.
/// </summary>
internal sealed class BatchPass : IDisposable
{
    /// <summary>What is computed at once.</summary>
    /// <param name="Batch">The packed comparisons.</param>
    /// <param name="First">Index of the first comparison, in the order of the parts.</param>
    /// <param name="Count">How many.</param>
    /// <param name="FirstRow">Row of its first response.</param>
    public sealed record Part(PackedBatch Batch, int First, int Count, int FirstRow)
    {
        /// <summary>Hidden states below the lowest trained layer, where they were taken apart.</summary>
        public torch.Tensor? Frozen { get; set; }
    }

    private readonly RewardModel _model;
    private readonly int[] _order;
    private readonly List<Part> _parts = [];

    /// <summary>Lays out a batch.</summary>
    /// <param name="model">The model.</param>
    /// <param name="micro">Indices into the batch, by part.</param>
    /// <param name="comparisons">The batch.</param>
    /// <param name="sourceOf">Source of each comparison.</param>
    /// <param name="sources">K.</param>
    /// <param name="loss">The ranking loss.</param>
    public BatchPass(
        RewardModel model,
        int[][] micro,
        IReadOnlyList<TokenizedComparison> comparisons,
        IReadOnlyList<int> sourceOf,
        int sources,
        RankingLossSettings loss
    )
    {
        _model = model;
        _order = [.. micro.SelectMany(part => part)];
        Pairs = RankingPairs.Create(
            [.. _order.Select(index => comparisons[index])],
            [.. _order.Select(index => sourceOf[index])],
            sources,
            loss
        );
        (Rewards, Hidden) = (new double[Pairs.RowCount], new float[Pairs.RowCount * model.Config.HiddenSize]);
        Present = [.. Enumerable.Range(0, sources).Select(Pairs.IsPresent)];
        var first = 0;
        foreach (var part in micro)
        {
            _parts.Add(
                new(
                    PackedBatch.Create([.. part.Select(index => comparisons[index])], model.Device),
                    first,
                    part.Length,
                    Pairs.RowOffsets[first]
                )
            );
            first += part.Length;
        }
    }

    /// <summary>The pairs of the whole batch, in the order of the parts.</summary>
    public RankingPairs Pairs { get; }

    /// <summary>Which sources have a strict pair, (K).</summary>
    public bool[] Present { get; }

    /// <summary>The parts.</summary>
    public IReadOnlyList<Part> Parts => _parts;

    /// <summary>Rewards, (R).</summary>
    public double[] Rewards { get; }

    /// <summary>Hidden states at the reward positions, (R, H) row by row.</summary>
    public float[] Hidden { get; }

    /// <summary>Tokens computed.</summary>
    public long Tokens => _parts.Sum(part => (long)part.Batch.TokenCount);

    /// <summary>Takes a part forward; its rewards and hidden states are kept.</summary>
    /// <param name="part">The part.</param>
    /// <param name="record">Whether it is taken back next.</param>
    public void Forward(Part part, bool record)
    {
        using var output = _model.Forward(part.Batch, record, part.Frozen);
        output.Rewards.CopyTo(Rewards, part.FirstRow);
        using var onHost = output.Hidden.cpu();
        onHost.data<float>().CopyTo(Hidden, part.FirstRow * _model.Config.HiddenSize);
    }

    /// <summary>A part's own losses, as shares of the whole batch's.</summary>
    public RankingLossResult Losses(Part part, ReadOnlySpan<double> temperatures) =>
        RankingLoss.Evaluate(
            Pairs.Slice(part.First, part.Count),
            Rewards.AsSpan(part.FirstRow, part.Batch.RowCount),
            temperatures
        );

    /// <summary>Puts the rewards of each comparison where it stands in the batch.</summary>
    public void CopyRewards(double[][] byComparison)
    {
        for (var i = 0; i < _order.Length; i++)
            byComparison[_order[i]] = Rewards[Pairs.RowOffsets[i]..Pairs.RowOffsets[i + 1]];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in _parts)
        {
            part.Frozen?.Dispose();
            part.Batch.Dispose();
        }
    }
}
