using Concord.Kernels;
using Concord.Modeling.Operations;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using Xunit;

namespace Concord.Tests.Modeling;

public class Bf16ProductTests
{
    [Theory]
    [InlineData("llama_gqa")]
    [InlineData("gpt_neox")]
    [InlineData("qwen2")]
    public void Rewards_in_bf16_are_near_those_in_fp32_and_not_the_same(string name)
    {
        var folder = Shared.Path("golden", "rewards", name, "model");
        if (!MatrixProduct.HasBf16)
        {
            Assert.Contains(
                "bf16",
                Assert
                    .Throws<ConcordException>(() =>
                        RewardModel.Load(folder, new RewardModelOptions { Bf16Products = true })
                    )
                    .Message,
                StringComparison.Ordinal
            );
            return;
        }
        using RewardModel single = RewardModel.Load(folder),
            bf16 = RewardModel.Load(folder, new RewardModelOptions { Bf16Products = true });
        using var batch = PackedBatch.Create(RewardGoldenTests.Comparisons(name, share: true));
        using RewardOutput expected = single.Forward(batch),
            actual = bf16.Forward(batch);
        Assert.NotEqual(expected.Rewards, actual.Rewards);
        var scale = expected.Rewards.Max(Math.Abs);
        for (var i = 0; i < expected.Rewards.Length; i++)
            Assert.Equal(expected.Rewards[i], actual.Rewards[i], 0.05 * scale);
    }

    [Theory]
    [InlineData("llama_gqa")]
    [InlineData("gpt_neox")]
    public void The_tensor_librarys_own_products_in_bf16_give_the_rewards_of_ours_within_its_rounding(string name)
    {
        Assert.SkipUnless(MatrixProduct.HasBf16, "no bf16 instructions here");
        var folder = Shared.Path("golden", "rewards", name, "model");
        using var batch = PackedBatch.Create(RewardGoldenTests.Comparisons(name, share: true));
        double[] Rewards(IOperations operations)
        {
            using var model = RewardModelLoader.Load(folder, new RewardModelOptions(), operations);
            using var output = model.Forward(batch);
            return output.Rewards;
        }
        var (single, ours, library) = (
            Rewards(new FusedOperations()),
            Rewards(new FusedOperations(ProductPrecision.Bf16)),
            Rewards(new AutogradOperations(ProductPrecision.Bf16))
        );
        Assert.NotEqual(single, library);
        var scale = single.Max(Math.Abs);
        for (var i = 0; i < single.Length; i++)
            Assert.Equal(ours[i], library[i], 0.05 * scale);
    }
}
