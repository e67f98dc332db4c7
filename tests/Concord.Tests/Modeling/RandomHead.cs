using Concord.Modeling.Rewards;
using TorchSharp;

namespace Concord.Tests.Modeling;

/// <summary>A fresh head is zero: tests of rewards and gradients say which they want instead.</summary>
internal static class RandomHead
{
    /// <summary>Gives the model a head drawn from a normal distribution, of s.d. 1 / sqrt(H + 1).</summary>
    public static void Set(RewardModel model, ulong seed)
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        using var generator = new torch.Generator(seed);
        var shape = model.Head.Value.shape;
        model.Head.Value.copy_(torch.randn(shape, generator: generator) / Math.Sqrt(shape[1] + 1));
        model.Head.MarkChanged();
    }
}
