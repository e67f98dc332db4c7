using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using Concord.Training.Batches;
using Concord.Training.Exchange;
using Concord.Training.Losses;
using TorchSharp;

namespace Concord.Training.Objectives;

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

    private readonly RewardModel model;
    private readonly int[] order;
    private readonly List<Part> parts = [];
    private double done;
    private Part? recorded;

    // a backward pass costs about two forward ones
    private const int BackwardWork = 2;

    /// <summary>Lays out a batch, and learns the pair counts of the other processes.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="micro">Indices into the batch, by part.</param>
    /// <param name="sources">K.</param>
    /// <param name="loss">The ranking loss.</param>
    /// <param name="exchange">The other processes, which have other parts of the same batch.</param>
    public BatchPass(
        RewardModel model,
        TrainingBatch batch,
        int[][] micro,
        int sources,
        RankingLossSettings loss,
        IGradientExchange exchange
    )
    {
        this.model = model;
        Exchange = exchange;
        order = [.. micro.SelectMany(part => part)];
        Pairs = RankingPairs.Create(
            [.. order.Select(index => batch.Comparisons[index])],
            [.. order.Select(index => batch.Sources[index])],
            sources,
            loss
        );
        Pairs.CountOver(exchange);
        Rewards = new double[Pairs.RowCount];
        Hidden = new float[Pairs.RowCount * model.Config.HiddenSize];
        Present = [.. Enumerable.Range(0, sources).Select(Pairs.IsPresent)];
        var first = 0;
        foreach (var part in micro)
        {
            parts.Add(
                new(
                    PackedBatch.Create([.. part.Select(index => batch.Comparisons[index])], model.Device),
                    first,
                    part.Length,
                    Pairs.RowOffsets[first]
                )
            );
            first += part.Length;
        }
    }

    /// <summary>τ, (K).</summary>
    public required double[] Temperatures { get; init; }

    /// <summary>What the gradient is multiplied by.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Where hidden states below the trained layers are kept, or null.</summary>
    public FrozenStateCache? Cache { get; init; }

    /// <summary>Told the share of the work that is done; may be null.</summary>
    public Action<double>? Progressed { get; init; }

    /// <summary>How often the batch is taken forward.</summary>
    public int ForwardPasses { get; init; } = 1;

    /// <summary>Looked at before each pass through the model.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>The other processes.</summary>
    public IGradientExchange Exchange { get; }

    /// <summary>The pairs of the whole batch, in the order of the parts.</summary>
    public RankingPairs Pairs { get; }

    /// <summary>Which sources have a strict pair, here or in another process, (K).</summary>
    public bool[] Present { get; }

    /// <summary>The parts.</summary>
    public IReadOnlyList<Part> Parts => parts;

    /// <summary>Rewards r, (R).</summary>
    public double[] Rewards { get; }

    /// <summary>Hidden states z at the reward positions, (R, H) row by row.</summary>
    public float[] Hidden { get; }

    /// <summary>Tokens computed.</summary>
    public long Tokens => parts.Sum(part => (long)part.Batch.TokenCount);

    /// <summary>Takes a part forward; its rewards and hidden states are kept.</summary>
    /// <param name="part">The part.</param>
    /// <param name="record">Whether its backward pass follows.</param>
    /// <param name="again">Whether it is taken forward again later: hidden states below the trained layers serve both
    /// passes.</param>
    public void Forward(Part part, bool record, bool again = false)
    {
        Cancellation.ThrowIfCancellationRequested();
        if (part.Frozen is null && Cache is not null)
            part.Frozen = Cache.States(part.Batch);
        else if (part.Frozen is null && again && model.FirstTrainedLayer > 0)
            part.Frozen = model.FrozenStates(part.Batch);
        using var output = model.Forward(part.Batch, record, part.Frozen);
        output.Rewards.CopyTo(Rewards, part.FirstRow);
        using var onHost = output.Hidden.cpu();
        onHost.data<float>().CopyTo(Hidden, part.FirstRow * model.Config.HiddenSize);
        if (record)
            recorded = part;
        Done(part, 1);
    }

    /// <summary>Takes the part backward that was recorded last; its gradient is added to the parameters'.</summary>
    /// <param name="rewardGradients">dL/dr of its rows.</param>
    public void Backward(double[] rewardGradients)
    {
        Cancellation.ThrowIfCancellationRequested();
        for (var i = 0; Scale != 1 && i < rewardGradients.Length; i++)
            rewardGradients[i] *= Scale;
        model.Backward(rewardGradients);
        Done(recorded!, BackwardWork);
    }

    // in tokens taken forward
    private void Done(Part part, int work)
    {
        done += (double)work * part.Batch.TokenCount;
        Progressed?.Invoke(Math.Min(1, done / ((ForwardPasses + BackwardWork) * Math.Max(1, Tokens))));
    }

    /// <summary>A part's own losses, as shares of the whole batch's.</summary>
    public RankingLossResult Losses(Part part) =>
        RankingLoss.Evaluate(
            Pairs.Slice(part.First, part.Count),
            Rewards.AsSpan(part.FirstRow, part.Batch.RowCount),
            Temperatures
        );

    /// <summary>Puts the rewards of each comparison where it stands in the batch.</summary>
    public void CopyRewards(double[][] byComparison)
    {
        for (var i = 0; i < order.Length; i++)
            byComparison[order[i]] = Rewards[Pairs.RowOffsets[i]..Pairs.RowOffsets[i + 1]];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in parts)
        {
            part.Frozen?.Dispose();
            part.Batch.Dispose();
        }
    }
}
