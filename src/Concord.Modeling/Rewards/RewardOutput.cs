using TorchSharp;

namespace Concord.Modeling.Rewards;

/// <summary>What a reward model says of a batch.</summary>
/// <param name="Hidden">z, the hidden state each reward is read from; no gradient flows through it. // (R, H),
/// fp32</param>
/// <param name="Rewards">r = &lt;w, z&gt; per response, in double precision. // R values, in the order of the batch's
/// rows</param>
public sealed record RewardOutput(torch.Tensor Hidden, double[] Rewards) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Hidden.Dispose();
}
