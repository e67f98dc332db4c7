using Concord.Kernels;
using Concord.Kernels.Lanes;
using Concord.Modeling;
using Concord.Modeling.Adapters;
using Concord.Modeling.Operations;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
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
        using PackedBatch all = PackedBatch.Create(comparisons),
            two = PackedBatch.Create([comparisons[3], comparisons[1]]);
        using var plain = model.Forward(two);
        model.SetTrained(parts, 1);
        using (var cache = new FrozenStateCache(folder.Path, model))
            cache.States(all).Dispose();
        var file = Assert.Single(Directory.GetFiles(folder.Path));
        using (var torn = new FileStream(file, FileMode.Append))
            torn.Write(new byte[100]);
        using (var cache = new FrozenStateCache(folder.Path, model))
        {
            Assert.Equal(comparisons.Count, cache.Count);
            using var states = cache.States(two);
            using var output = model.Forward(two, record: true, states);
            for (var i = 0; i < output.Rewards.Length; i++)
                Assert.Equal(plain.Rewards[i], output.Rewards[i], 1e-6);
            model.Backward(new double[output.Rewards.Length]);
        }
        Assert.Equal(LiveAfter(2), LiveAfter(20));
        using (torch.no_grad())
            model.Backbone.Embedding.Value.add_(0.01);
        using (var other = new FrozenStateCache(folder.Path, model))
            Assert.Equal(0, other.Count);

        long LiveAfter(int steps)
        {
            using var place = new TemporaryFolder(); // the first step computes, later ones read
            using (var cache = new FrozenStateCache(place.Path, model))
                for (var step = 0; step < steps; step++)
                {
                    using var states = cache.States(all);
                    using var output = model.Forward(all, record: true, states);
                    model.Backward(new double[output.Rewards.Length]);
                }
            return DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        }
    }

    [Theory]
    [InlineData("llama_gqa", true)]
    [InlineData("gpt_neox", true)]
    [InlineData("llama_gqa", false)]
    public void Kept_states_have_the_same_bits_whatever_was_kept_before(string name, bool fused)
    {
        using var folder = new TemporaryFolder();
        var comparisons = RewardGoldenTests.Comparisons(name, share: true);
        using IOperations operations = fused ? new FusedOperations() : new AutogradOperations();
        using var model = RewardModelLoader.Load(
            Shared.Path("golden", "rewards", name, "model"),
            new RewardModelOptions(),
            operations
        );
        model.SetTrained(TrainedParts.LastLayers, 1);
        Assert.Equal(fused, model.IsBatchInvariant);
        using var all = PackedBatch.Create(comparisons);
        float[] States(string place, params int[][] before)
        {
            using var cache = new FrozenStateCache(folder.File(place), model);
            foreach (var some in before)
            {
                using var batch = PackedBatch.Create([.. some.Select(i => comparisons[i])]);
                cache.States(batch).Dispose();
            }
            using var states = cache.States(all);
            return states.data<float>().ToArray();
        }

        var expected = States("whole");
        Assert.Equal(expected, States("whole"));
        Assert.Equal(expected, States("parts", [2], [1, 0], [3, 3, 1]));
        // a damaged record is computed again
        var file = Assert.Single(Directory.GetFiles(folder.File("whole")));
        var bytes = File.ReadAllBytes(file);
        bytes[40] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.Equal(expected, States("whole"));
        Assert.True(new FileInfo(file).Length > bytes.Length);
        if (!fused)
            return;
        using var plain = model.FrozenStates(all);
        Assert.Equal(plain.data<float>().ToArray(), expected);
    }

    [Fact]
    public void Whatever_changes_a_state_is_in_the_name_of_the_file()
    {
        using var folder = new TemporaryFolder();
        using var batch = PackedBatch.Create(RewardGoldenTests.Comparisons("llama_gqa", share: true));
        var names = new HashSet<string>();
        void IsNew(IOperations operations, Action<RewardModel>? change = null, string place = "model")
        {
            using (operations)
            using (
                var model = RewardModelLoader.Load(
                    Shared.Path("golden", "rewards", "llama_gqa", place),
                    new RewardModelOptions(),
                    operations
                )
            )
            {
                change?.Invoke(model);
                model.SetTrained(TrainedParts.LastLayers, 1);
                using (var cache = new FrozenStateCache(folder.Path, model))
                    Assert.Equal(0, cache.Count);
                using (var cache = new FrozenStateCache(folder.Path, model))
                    cache.States(batch).Dispose();
                Assert.Single(Directory.GetFiles(folder.Path), name => names.Add(name));
            }
        }

        static Action<RewardModel> Adapters(double alpha, double value) =>
            model =>
            {
                model.SetTrained(TrainedParts.Adapters, lora: new LoraSettings { Rank = 2, Alpha = alpha });
                using (torch.no_grad())
                    foreach (var parameter in model.Adapters!.Parameters)
                        parameter.Value.copy_(torch.full(parameter.Value.shape, (float)value));
            };

        IsNew(new FusedOperations());
        IsNew(new AutogradOperations());
        IsNew(new AutogradOperations(ProductPrecision.Bf16)); // as on a GPU
        IsNew(new FusedOperations(), Adapters(2, .01));
        IsNew(new FusedOperations(), Adapters(2, .02));
        IsNew(new FusedOperations(), Adapters(3, .02));
        IsNew(new FusedOperations(), place: "lora");
        var bits = LaneWidth.Bits;
        try
        {
            LaneWidth.Bits = bits == 128 ? 256 : 128;
            IsNew(new FusedOperations());
        }
        finally
        {
            LaneWidth.Bits = bits;
        }
    }

    [Fact]
    public void A_second_run_and_an_impossible_folder_compute_without()
    {
        using var folder = new TemporaryFolder();
        var comparisons = RewardGoldenTests.Comparisons("gpt_neox", share: true);
        using var model = RewardModel.Load(Shared.Path("golden", "rewards", "gpt_neox", "model"));
        model.SetTrained(TrainedParts.LastLayers, 1);
        using var batch = PackedBatch.Create(comparisons);
        using var expected = model.FrozenStates(batch);
        File.WriteAllText(folder.File("taken"), "");
        var said = new List<string>();
        using FrozenStateCache first = new(folder.File("a"), model, said.Add),
            second = new(folder.File("a"), model, said.Add);
        using var impossible = new FrozenStateCache(folder.File("taken"), model, said.Add);
        Assert.Equal(2, said.Count);
        Assert.Contains("in use by another run", said[0]);
        Assert.Contains("cannot be kept there", said[1]);
        foreach (var cache in new[] { first, second, impossible })
        {
            using var states = cache.States(batch);
            Assert.Equal(expected.data<float>().ToArray(), states.data<float>().ToArray());
        }
        Assert.Equal((comparisons.Count, 0, 0), (first.Count, second.Count, impossible.Count));
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
            for (var i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], actual[i], 1e-5f);
        }
    }
}
