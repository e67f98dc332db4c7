using Concord.Kernels;
using Concord.Modeling;
using Concord.Modeling.Backbones;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using Concord.Tokenization.Comparisons;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Modeling;

/// <summary>What packing and sharing must not change, for every family and every odd shape of a comparison.</summary>
[Collection("training")] // one after the other: the number of threads is the library's own
public class PackedLawTests : OneThread
{
    private const int Vocabulary = 40;
    private static readonly string[] Families =
    [
        "llama",
        "llama_odd",
        "qwen3",
        "qwen3_windowed",
        "mistral",
        "neox",
        "neox_odd",
        "neox_sequential",
        "phi3",
    ];

    public static TheoryData<string, Pooling> Cases()
    {
        var data = new TheoryData<string, Pooling>();
        foreach (var family in Families)
            data.Add(family, Pooling.Last);
        data.Add("mistral", Pooling.Mean);
        data.Add("neox", Pooling.Max);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_packed_batch_gives_the_rewards_and_gradients_of_its_rows_one_by_one(string family, Pooling pooling)
    {
        var comparisons = Odd();
        var (rewards, gradients) = Step(family, pooling, "fused", comparisons);
        var (alone, sums) = (new List<double>(), new SortedDictionary<string, double[]>(StringComparer.Ordinal));
        var row = 0;
        using var model = Create(family, pooling, "fused");
        foreach (var comparison in comparisons)
        foreach (var suffix in comparison.Suffixes)
            alone.AddRange(
                Step(model, [Batches.Of("a", [0], (int[])[.. comparison.Prefix, .. suffix])], row++).Rewards
            ); // gradients add up
        foreach (var (name, gradient) in Gradients(model))
            sums[name] = gradient;
        Close(alone, rewards);
        Close(sums, gradients);
        // and what the tensor library makes of the same batch
        var (expected, oracle) = Step(family, pooling, "autograd", comparisons);
        Close(expected, rewards);
        Close(oracle, gradients);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rewards_have_the_same_bits_whatever_else_is_in_the_batch(string family, Pooling pooling)
    {
        var comparisons = Odd();
        using var model = Create(family, pooling, "fused");
        var expected = Step(model, comparisons, 0).Rewards;
        Assert.Equal(expected, comparisons.SelectMany(comparison => Step(model, [comparison], 0).Rewards));
        var order = Enumerable.Range(0, comparisons.Length).Reverse().ToArray();
        var reversed = Step(model, [.. order.Select(index => comparisons[index])], 0).Rewards;
        var (first, at) = (new int[comparisons.Length], 0);
        foreach (var index in order)
            (first[index], at) = (at, at + comparisons[index].RowCount);
        Assert.Equal(
            expected,
            comparisons.SelectMany((comparison, c) => reversed[first[c]..(first[c] + comparison.RowCount)])
        );
    }

    // more keys than one sheet of scores holds, sums longer than one stretch of a product, a window across both
    [Theory]
    [InlineData("long")]
    [InlineData("long_windowed")]
    public void Long_texts_and_wide_layers_keep_the_laws_too(string family)
    {
        var random = new Random(12);
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(Vocabulary))];
        int[] prompt = Ids(590);
        TokenizedComparison[] comparisons =
        [
            Batches.Of("a", [1, 0, 0], [.. prompt, .. Ids(70)], [.. prompt, .. Ids(3)], [.. prompt, .. Ids(1)]),
            Batches.Of("a", [1, 0], Ids(45), Ids(130)),
        ];
        using var model = Create(family, Pooling.Last, "fused");
        var rewards = Step(model, comparisons, 0).Rewards;
        var gradients = Gradients(model);
        Assert.Equal(
            rewards,
            Step(model, [comparisons[0]], 0).Rewards.Concat(Step(model, [comparisons[1]], 3).Rewards)
        );
        Close(
            gradients.ToDictionary(pair => pair.Key, pair => pair.Value.Select(value => 2 * value).ToArray()),
            Gradients(model)
        ); // they add up
        Close(comparisons.Select(Batches.Unshared).SelectMany(one => Step(model, [one], 0).Rewards).ToArray(), rewards);
        torch.set_num_threads(2);
        var (again, others) = Step(family, Pooling.Last, "fused", comparisons);
        Assert.Equal(rewards, again);
        foreach (var (name, gradient) in gradients)
            Assert.True(gradient.AsSpan().SequenceEqual(others[name]), name);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rewards_and_gradients_have_the_same_bits_from_any_number_of_threads(string family, Pooling pooling)
    {
        var comparisons = Odd();
        var (rewards, gradients) = Step(family, pooling, "fused", comparisons);
        foreach (var threads in (int[])[2, 3])
        {
            torch.set_num_threads(threads);
            var (again, others) = Step(family, pooling, "fused", comparisons);
            Assert.Equal(rewards, again);
            foreach (var (name, gradient) in gradients)
                Assert.True(gradient.AsSpan().SequenceEqual(others[name]), $"{name} from {threads} threads");
        }
    }

    [Theory]
    [InlineData("llama_odd")]
    [InlineData("neox")]
    [InlineData("long")]
    public void So_they_have_under_bf16_products(string family)
    {
        Assert.SkipUnless(MatrixProduct.HasBf16, "no bf16 instructions here");
        var (rewards, gradients) = Step(family, Pooling.Last, "bf16", Odd());
        torch.set_num_threads(2);
        var (again, others) = Step(family, Pooling.Last, "bf16", Odd());
        Assert.Equal(rewards, again);
        foreach (var (name, gradient) in gradients)
            Assert.True(gradient.AsSpan().SequenceEqual(others[name]), name);
    }

    // every odd comparison there is, and many responses of one prompt
    private static TokenizedComparison[] Odd()
    {
        var random = new Random(11);
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(Vocabulary))];
        TokenizedComparison Of(params int[][] rows) => Batches.Of("a", new double[rows.Length], rows);
        int[] prompt = Ids(37),
            other = Ids(6),
            one = Ids(1),
            same = Ids(9);
        return
        [
            Of([.. prompt, .. Ids(4)]), // n = 1
            Of([.. prompt, .. Ids(4)], [.. prompt, .. Ids(31)]),
            Of([.. Enumerable.Range(0, 16).Select(i => (int[])[.. other, .. Ids(1 + i)])]), // n = 16
            Of([1, .. Ids(5)], [2, .. Ids(3)], [3]), // nothing shared
            Of([.. other, 1], [.. other, 2]), // responses of one token
            Of([.. one, .. Ids(3)], [.. one, .. Ids(8)]), // a prompt of one token
            Of([1], [2]),
            Of(same, same, [.. same, .. Ids(2)]), // equal ones, which a third goes on from
            Of(same, same), // the prefix is all there is
            // one that another begins with
            Of([.. other, .. same], [.. other, .. same[..3]], [.. other, .. same[..3], 7]),
        ];
    }

    private static (double[] Rewards, SortedDictionary<string, double[]> Gradients) Step(
        string family,
        Pooling pooling,
        string operations,
        TokenizedComparison[] comparisons
    )
    {
        using var model = Create(family, pooling, operations);
        var rewards = Step(model, comparisons, 0).Rewards;
        return (rewards, Gradients(model));
    }

    // dL/dr of row i is cos(i + 1), rows counted from the first given; adds to the gradients
    private static (double[] Rewards, int Rows) Step(RewardModel model, TokenizedComparison[] comparisons, int firstRow)
    {
        using var batch = PackedBatch.Create(comparisons);
        using var output = model.Forward(batch, record: true);
        model.Backward([.. Enumerable.Range(0, output.Rewards.Length).Select(row => Math.Cos(firstRow + row + 1.0))]);
        return (output.Rewards, output.Rewards.Length);
    }

    private static SortedDictionary<string, double[]> Gradients(RewardModel model)
    {
        using var scope = torch.NewDisposeScope();
        return new(
            model.TrainedParameters.ToDictionary(
                parameter => parameter.Name,
                parameter => parameter.Gradient!.reshape(-1).data<float>().Select(value => (double)value).ToArray()
            ),
            StringComparer.Ordinal
        );
    }

    private static void Close(IReadOnlyList<double> expected, double[] actual)
    {
        Assert.Equal(expected.Count, actual.Length);
        for (var i = 0; i < expected.Count; i++)
            Assert.Equal(expected[i], actual[i], 1e-5 * (1 + Math.Abs(expected[i])));
    }

    private static void Close(IReadOnlyDictionary<string, double[]> expected, SortedDictionary<string, double[]> actual)
    {
        Assert.Equal(expected.Keys, actual.Keys);
        foreach (var (name, gradient) in expected)
        {
            var largest = gradient.Max(Math.Abs);
            Assert.True(largest > 0, name);
            var error = gradient.Zip(actual[name], (a, b) => Math.Abs(a - b)).Max();
            Assert.True(error < 2e-5 * largest, $"{name}: largest difference {error:E2}, largest value {largest:E2}");
        }
    }

    private static RewardModel Create(string family, Pooling pooling, string operations)
    {
        using var scope = torch.NewDisposeScope();
        using var source = new SeededParameterSource(2, .2);
        using var generator = new torch.Generator(3);
        var config = Config(family);
        var head = new Parameter(
            "score.weight",
            torch.randn([1, config.HiddenSize], generator: generator),
            WeightLayout.Single("score.weight", 1)
        );
        var model = new RewardModel(
            BackboneFactory.Build(config, source),
            head,
            pooling,
            OperationsUnderTest.Make(operations)
        );
        model.SetTrained(TrainedParts.Full);
        return model;
    }

    // windows are far shorter than the texts
    private static BackboneConfig Config(string family) =>
        family switch
        {
            "llama_odd" => ActivationCheckpointingTests.Config("llama") with
            {
                Layers = 2,
                HiddenSize = 26,
                Heads = 6,
                KeyValueHeads = 2,
                HeadDimension = 22,
                IntermediateSize = 37,
            },
            "qwen3_windowed" => ActivationCheckpointingTests.Config("qwen3") with
            {
                Layers = 3,
                HeadDimension = 10,
                SlidingWindow = 3,
                FirstSlidingLayer = 1,
            },
            "long" => ActivationCheckpointingTests.Config("llama") with
            {
                Layers = 2,
                Heads = 2,
                HeadDimension = 16,
                IntermediateSize = 1300,
            },
            "long_windowed" => ActivationCheckpointingTests.Config("qwen3") with
            {
                Layers = 2,
                IntermediateSize = 700,
                SlidingWindow = 80,
            },
            "mistral" => ActivationCheckpointingTests.Config("llama") with
            {
                Layers = 2,
                Heads = 4,
                KeyValueHeads = 2,
                HeadDimension = 6,
                SlidingWindow = 5,
            },
            // part of each head turns, under a window, with the projections fused in the files
            "phi3" => ActivationCheckpointingTests.Config("llama") with
            {
                Family = BackboneFamilies.Named("phi3"),
                Layers = 2,
                RotaryFraction = .75,
                SlidingWindow = 6,
            },
            "neox_odd" => ActivationCheckpointingTests.Config("neox") with
            {
                Layers = 2,
                HiddenSize = 30,
                HeadDimension = 10,
                RotaryFraction = .4,
                IntermediateSize = 51,
                Activation = BackboneActivation.GeluTanh,
            },
            _ => ActivationCheckpointingTests.Config(family) with { Layers = 2 },
        };
}
