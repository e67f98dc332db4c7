using Concord.Modeling;
using Concord.Modeling.Operations;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Modeling;

public class MemoryTests
{
    [Theory]
    [InlineData("fused")]
    [InlineData("autograd")]
    public void A_thousand_steps_leave_no_tensor_behind(string operations)
    {
        using var model = RewardModelLoader.Load(
            Shared.Path("golden", "rewards", "llama_gqa", "model"),
            new RewardModelOptions(),
            OperationsUnderTest.Make(operations)
        );
        model.SetTrained(TrainedParts.Full);
        var comparisons = RewardGoldenTests.Comparisons("llama_gqa", share: true).Take(2).ToArray();
        var steps = operations == "fused" ? 1000 : 60;
        Steps(10);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Steps(steps);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Steps(int count)
        {
            for (var step = 0; step < count; step++)
            {
                using var batch = PackedBatch.Create(comparisons);
                using var output = model.Forward(batch, record: true);
                model.Backward(new double[output.Rewards.Length]);
            }
        }
    }

    [Fact]
    public void Memory_of_activations_is_kept_from_batch_to_batch_and_does_not_grow()
    {
        using var operations = new FusedOperations();
        using var model = RewardModelLoader.Load(
            Shared.Path("golden", "rewards", "qwen2", "model"),
            new RewardModelOptions(),
            operations
        );
        model.SetTrained(TrainedParts.Full);
        using var batch = PackedBatch.Create(RewardGoldenTests.Comparisons("qwen2", share: true));
        var bytes = new List<long>();
        for (var step = 0; step < 5; step++)
        {
            using var output = model.Forward(batch, record: true);
            model.Backward(new double[output.Rewards.Length]);
            bytes.Add(operations.Bytes);
        }
        Assert.True(bytes[0] > 0);
        Assert.All(bytes, count => Assert.Equal(bytes[0], count));
    }
}
