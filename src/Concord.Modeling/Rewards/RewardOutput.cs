using TorchSharp;

namespace Concord.Modeling.Rewards;

/// <summary>What a reward model says of a batch.</summary>
/// <param name="Hidden">z, the hidden state each reward is read from; no gradient flows through it. // (R, H),
/// fp32</param>
/// <param name="Rewards">r = &lt;w, z&gt; in double precision, in the order of the batch's rows; of a head of S rows, S
/// values for each. // R · S values</param>
public sealed record RewardOutput(torch.Tensor Hidden, double[] Rewards) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Hidden.Dispose();
}
