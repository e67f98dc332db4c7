using Concord.Modeling;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using Concord.Tests.Weights;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Modeling;

public class FrozenStateCacheTests
{
    [Theory]
    [InlineData(TrainedParts.LastLayers)]
    [InlineData(TrainedParts.Head)]
    public void Kept_states_are_the_computed_ones_and_survive_a_torn_record(TrainedParts parts)
    {
        using var folder = new TemporaryFolder();
        var comparisons = RewardGoldenTests.Comparisons("gpt_neox", share: true);
        using var model = RewardModel.Load(Shared.Path("golden", "rewards", "gpt_neox", "model"));
        using PackedBatch all = PackedBatch.Create(comparisons), two = PackedBatch.Create([comparisons[3], comparisons[1]]);
        using var plain = model.Forward(two);
        model.SetTrained(parts, 1);
        using (var cache = new FrozenStateCache(folder.Path, model)) cache.States(all).Dispose();
        var file = Assert.Single(Directory.GetFiles(folder.Path));
        using (var torn = new FileStream(file, FileMode.Append)) torn.Write(new byte[100]);
        using (var cache = new FrozenStateCache(folder.Path, model))
        {
            Assert.Equal(comparisons.Count, cache.Count);
            using var states = cache.States(two);
            using var output = model.Forward(two, record: true, states);
            for (var i = 0; i < output.Rewards.Length; i++) Assert.Equal(plain.Rewards[i], output.Rewards[i], 1e-6);
            model.Backward(new double[output.Rewards.Length]);
        }
        using (torch.no_grad()) model.Backbone.Parameters[0].Value.add_(0.01);
        using (var other = new FrozenStateCache(folder.Path, model)) Assert.Equal(0, other.Count);
    }

    [Fact]
    public void The_head_alone_gets_the_gradient_it_gets_with_everything_trained()
    {
        var comparisons = RewardGoldenTests.Comparisons("llama_gqa", share: true);
        using var batch = PackedBatch.Create(comparisons);
        float[] Gradient(TrainedParts parts, bool frozen)
        {
            using var model = RewardModel.Load(Shared.Path("golden", "rewards", "llama_gqa", "model"));
            model.SetTrained(parts);
            using var states = frozen ? model.FrozenStates(batch) : null;
            using var output = model.Forward(batch, record: true, states);
            model.Backward(RewardGoldenTests.WeightedLossGradient(batch, output.Rewards, [.2, .3, .5]));
            return model.Head.Gradient!.data<float>().ToArray();
        }

        var expected = Gradient(TrainedParts.Full, false);
        foreach (var frozen in (bool[])[false, true])
        {
            var actual = Gradient(TrainedParts.Head, frozen);
            for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5f);
        }
    }
}
