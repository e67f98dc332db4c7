using Concord.Training.Losses;
using TorchSharp;

namespace Concord.Tests.Objectives;

/// <summary>The ranking loss as a tensor graph: what its closed form is tested against.</summary>
internal static class DifferentiableLoss
{
    /// <summary>
    /// The differentiable form: what source i adds to the batch, its ranking loss and centring, (K); 0 where a source
    /// is absent.
    /// </summary>
    /// <param name="pairs">The pairs of the batch.</param>
    /// <param name="rewards">Rewards, (R), in single precision or better.</param>
    /// <param name="logTemperatures">log τ of each source, (K), or null for τ = 1.</param>
    public static torch.Tensor Of(RankingPairs pairs, torch.Tensor rewards, torch.Tensor? logTemperatures = null)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentNullException.ThrowIfNull(rewards);
        var settings = pairs.Settings;
        using var scope = torch.NewDisposeScope();
        if (pairs.Winners.Length == 0)
            return torch.zeros([pairs.SourceCount], rewards.dtype, rewards.device).MoveToOuterDisposeScope();
        var (device, type) = (rewards.device, rewards.dtype);
        // index_select, since the backward of x[index] is not deterministic on several threads
        var better = rewards.index_select(0, torch.tensor(pairs.Winners, torch.int64, device)); // (B)
        var worse = rewards.index_select(0, torch.tensor(pairs.Losers, torch.int64, device)); // (B)
        var logits = better - worse - torch.tensor(pairs.Margins, type, device);
        var sources = Enumerable.Range(0, pairs.Winners.Length).Select(pairs.SourceOf).ToArray();
        if (logTemperatures is not null)
            logits =
                logits * logTemperatures.exp().to(type).index_select(0, torch.tensor(sources, torch.int64, device));
        var losses =
            -(1 - settings.LabelSmoothing) * torch.nn.functional.logsigmoid(logits)
            - settings.LabelSmoothing * torch.nn.functional.logsigmoid(-logits);
        if (settings.Centering > 0)
            losses = losses + settings.Centering * (better + worse).square();
        var shares = new double[pairs.SourceCount, sources.Length];
        for (var p = 0; p < sources.Length; p++)
            shares[sources[p], p] = pairs.Shares[p];
        return torch.mv(torch.tensor(shares, type, device), losses).MoveToOuterDisposeScope(); // (K, B) (B) -> (K)
    }
}
