using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using Concord.Preferences;
using Xunit;

namespace Concord.Tests.Modeling;

public class HalfProductTests
{
    [Theory]
    [InlineData("llama_gqa")]
    [InlineData("gpt_neox")]
    [InlineData("qwen2")]
    public void Rewards_in_bf16_are_near_those_in_fp32_and_not_the_same(string name)
    {
        var folder = Shared.Path("golden", "rewards", name, "model");
        if (!Concord.Modeling.Kernels.MatrixProduct.HasBf16)
        {
            Assert.Contains("bf16", Assert.Throws<ConcordException>(() => RewardModel.Load(folder, new RewardModelOptions { HalfProducts = true })).Message, StringComparison.Ordinal);
            return;
        }
        using RewardModel single = RewardModel.Load(folder), half = RewardModel.Load(folder, new RewardModelOptions { HalfProducts = true });
        using var batch = PackedBatch.Create(RewardGoldenTests.Comparisons(name, share: true));
        using RewardOutput expected = single.Forward(batch), actual = half.Forward(batch);
        Assert.NotEqual(expected.Rewards, actual.Rewards);
        var scale = expected.Rewards.Max(Math.Abs);
        for (var i = 0; i < expected.Rewards.Length; i++) Assert.Equal(expected.Rewards[i], actual.Rewards[i], 0.05 * scale);
    }
}
