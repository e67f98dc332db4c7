using Concord.Kernels;
using Concord.Modeling;
using Concord.Modeling.Adapters;
using Concord.Modeling.Backbones;
using Concord.Modeling.Operations;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Modeling;

public class ActivationCheckpointingTests
{
    private const int Layers = 5,
        Vocabulary = 40;

    public static TheoryData<string, string, string> Cases()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var family in (string[])["llama", "qwen3", "neox", "neox_sequential"])
        foreach (var part in (string[])["full", "last_layers", "adapters", "upper_adapters"])
        foreach (
            var operations in (string[])
                [.. OperationsUnderTest.Names, .. MatrixProduct.HasBf16 ? (string[])["bf16"] : []]
        )
            data.Add(family, part, operations);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_are_the_same_to_the_bit(string family, string part, string operations)
    {
        foreach (var pooling in (Pooling[])[Pooling.Last, Pooling.Mean, Pooling.Max])
        {
            using var model = Create(family, pooling, OperationsUnderTest.Make(operations));
            Train(model, part);
            var kept = Step(model);
            model.ActivationCheckpointing = true;
            var recomputed = Step(model);
            Assert.Equal(kept.Rewards, recomputed.Rewards);
            Assert.Equal(kept.Gradients.Keys, recomputed.Gradients.Keys);
            foreach (var (name, gradient) in kept.Gradients)
            {
                Assert.Contains(gradient, value => value != 0);
                Assert.True(gradient.AsSpan().SequenceEqual(recomputed.Gradients[name]), name);
            }
        }
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("neox")]
    public void Memory_of_activations_is_far_less_and_does_not_grow(string family)
    {
        using FusedOperations keeping = new(),
            recomputing = new();
        using RewardModel kept = Create(family, Pooling.Last, keeping),
            recomputed = Create(family, Pooling.Last, recomputing);
        foreach (var model in (RewardModel[])[kept, recomputed])
            model.SetTrained(TrainedParts.Full);
        recomputed.ActivationCheckpointing = true;
        Step(kept);
        Step(recomputed);
        var first = recomputing.Bytes;
        var tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var step = 0; step < 3; step++)
            Step(recomputed);
        Assert.Equal(tensors, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(first, recomputing.Bytes);
        Assert.True(first < .6 * keeping.Bytes, $"{first} and {keeping.Bytes} bytes");
    }

    [Fact]
    public void Nothing_is_left_of_a_batch_that_is_never_gone_back_through()
    {
        using var model = Create("llama", Pooling.Last, new AutogradOperations());
        model.SetTrained(TrainedParts.Full);
        var expected = Step(model);
        model.ActivationCheckpointing = true;
        using (var batch = Batch())
            model.Forward(batch, record: true).Dispose();
        var after = Step(model);
        Assert.All(expected.Gradients, pair => Assert.Equal(pair.Value, after.Gradients[pair.Key]));
    }

    private static void Train(RewardModel model, string part)
    {
        switch (part)
        {
            case "full":
                model.SetTrained(TrainedParts.Full);
                break;
            case "last_layers":
                model.SetTrained(TrainedParts.LastLayers, 3);
                break;
            default:
                // on the upper linear layers alone, the attention of the lowest layer is recorded and needs no gradient
                string[] upper =
                    model.Config.Family == BackboneFamilies.Named("gpt_neox") ? ["dense_4h_to_h"] : ["down_proj"];
                model.SetTrained(
                    TrainedParts.Adapters,
                    lora: new LoraSettings { Rank = 3, Targets = part == "adapters" ? [] : upper }
                );
                using (torch.no_grad())
                    foreach (var parameter in model.Adapters!.Parameters)
                        Fill(parameter);
                break;
        }
    }

    // adapters begin with B = 0, under which A has no gradient
    private static void Fill(Parameter parameter)
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator((ulong)parameter.Name.Length);
        parameter.Value.copy_(torch.randn(parameter.Value.shape, generator: generator) / 4);
    }

    private static (double[] Rewards, SortedDictionary<string, float[]> Gradients) Step(RewardModel model)
    {
        using var scope = torch.NewDisposeScope();
        using var batch = Batch();
        foreach (var parameter in model.TrainedParameters)
            parameter.Gradient!.zero_();
        using var output = model.Forward(batch, record: true);
        model.Backward([.. Enumerable.Range(0, output.Rewards.Length).Select(row => Math.Cos(row + 1.0))]);
        return (
            output.Rewards,
            new(
                model.TrainedParameters.ToDictionary(
                    parameter => parameter.Name,
                    parameter => parameter.Gradient!.reshape(-1).data<float>().ToArray()
                ),
                StringComparer.Ordinal
            )
        );
    }

    internal static PackedBatch Batch()
    {
        var random = new Random(5);
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(Vocabulary))];
        int[] prompt = Ids(9),
            other = Ids(4);
        return PackedBatch.Create([
            Batches.Of("a", [1, 0], [.. prompt, .. Ids(7)], [.. prompt, .. Ids(3)]),
            Batches.Of("b", [2, 1, 0], [.. other, .. Ids(2)], [.. other, .. Ids(11)], [.. other, .. Ids(5)]),
        ]);
    }

    internal static BackboneConfig Config(string family)
    {
        var neox = family.StartsWith("neox", StringComparison.Ordinal);
        return new BackboneConfig
        {
            Family = neox ? BackboneFamilies.Named("gpt_neox") : BackboneFamilies.Named("llama"),
            HiddenSize = 24,
            Layers = Layers,
            Heads = 3,
            KeyValueHeads = neox ? 3 : 1,
            HeadDimension = 8,
            IntermediateSize = 40,
            VocabularySize = Vocabulary,
            NormEpsilon = 1e-5,
            RopeTheta = 10000,
            Activation = neox ? BackboneActivation.Gelu : BackboneActivation.Silu,
            ParallelResidual = family == "neox",
            QueryKeyNorm = family == "qwen3",
            QueryKeyValueBias = neox,
            AttentionOutputBias = neox,
            MlpBias = neox,
            MaxPositions = 64,
        };
    }

    private static RewardModel Create(string family, Pooling pooling, IOperations operations)
    {
        var config = Config(family);
        using var scope = torch.NewDisposeScope();
        using var source = new SeededParameterSource(2, .2);
        using var generator = new torch.Generator(3);
        var head = new Parameter(
            "score.weight",
            torch.randn([1, config.HiddenSize], generator: generator),
            WeightLayout.Single("score.weight", 1)
        );
        return new RewardModel(BackboneFactory.Build(config, source), head, pooling, operations);
    }
}
