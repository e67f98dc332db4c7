using Concord.Modeling.Folders;
using Concord.Modeling.Rewards;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Modeling;

public class StoredWeightsTests
{
    [Theory]
    [InlineData("llama", torch.ScalarType.BFloat16)]
    [InlineData("llama", torch.ScalarType.Float16)]
    [InlineData("neox", torch.ScalarType.BFloat16)]
    [InlineData("neox", torch.ScalarType.Float32)]
    public void Weights_held_as_stored_give_the_same_rewards_as_widened_ones(string family, torch.ScalarType stored)
    {
        using var folder = new TemporaryFolder();
        var config = ActivationCheckpointingTests.Config(family) with { Dtype = stored };
        RandomCheckpoint.Write(folder.File("model"), config, seed: 4);
        using RewardModel asStored = RewardModel.Load(
                folder.File("model"),
                new RewardModelOptions { HeadSeed = 1, WeightType = null }
            ),
            wide = RewardModel.Load(folder.File("model"), new RewardModelOptions { HeadSeed = 1 });
        RandomHead.Set(asStored, 1);
        RandomHead.Set(wide, 1);
        Assert.All(
            asStored.Backbone.Parameters,
            parameter =>
                Assert.Equal(parameter.Value.dim() > 1 ? stored : torch.ScalarType.Float32, parameter.Value.dtype)
        );
        Assert.All(
            wide.Backbone.Parameters,
            parameter => Assert.Equal(torch.ScalarType.Float32, parameter.Value.dtype)
        );
        using var batch = ActivationCheckpointingTests.Batch();
        using RewardOutput narrow = asStored.Forward(batch),
            expected = wide.Forward(batch);
        Assert.Equal(expected.Rewards, narrow.Rewards);
    }
}
