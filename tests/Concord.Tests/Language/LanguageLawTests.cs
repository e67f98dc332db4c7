using Concord.Modeling;
using Concord.Modeling.Adapters;
using Concord.Modeling.Backbones;
using Concord.Modeling.Language;
using Concord.Modeling.Native;
using Concord.Modeling.Operations;
using Concord.Tests.Modeling;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Language;

/// <summary>What packing, sharing and slicing must not change in log-probabilities and their gradients.</summary>
[Collection("training")] // one after the other: the number of threads is the library's own
public class LanguageLawTests : OneThread
{
    private const int Vocabulary = 2500; // two slices of the vocabulary and a part of a third

    static LanguageLawTests() => TorchLibraryLoader.Install();

    public static TheoryData<string, bool> Cases()
    {
        var data = new TheoryData<string, bool>();
        foreach (var family in (string[])["llama", "mistral", "qwen3", "neox"])
        {
            data.Add(family, true);
            data.Add(family, false);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_packed_batch_gives_the_log_probabilities_and_gradients_of_its_rows_one_by_one(
        string family,
        bool tied
    )
    {
        using LanguageModel packed = Create(family, tied, "fused"),
            alone = Create(family, tied, "fused"),
            oracle = Create(family, tied, "autograd");
        var values = Step(packed, Texts(), 0);
        var (one, target) = (new List<double>(), 0);
        foreach (var (prompt, responses) in Texts())
        foreach (var response in responses.Where(response => response.Length > 0))
        {
            one.AddRange(Step(alone, [new(prompt, [response])], target)); // gradients add up
            target = one.Count;
        }
        Close(one, values);
        Close(alone, packed);
        Close(Step(oracle, Texts(), 0), values);
        Close(oracle, packed);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Log_probabilities_have_the_same_bits_whatever_else_is_in_the_batch_and_on_any_number_of_threads(
        string family,
        bool tied
    )
    {
        using LanguageModel model = Create(family, tied, "fused"),
            threaded = Create(family, tied, "fused");
        var texts = Texts();
        var expected = Step(model, texts, 0);
        using (var scored = Create(family, tied, "fused"))
        using (var batch = LanguageBatch.Create(texts))
            Assert.Equal(expected, scored.LogProbabilities(batch)); // not recorded
        torch.set_num_threads(2);
        Assert.Equal(expected, Step(threaded, texts, 0));
        Assert.All(
            Gradients(model).Zip(Gradients(threaded)),
            pair => Assert.True(pair.First.Value.AsSpan().SequenceEqual(pair.Second.Value), pair.First.Key)
        );
        Assert.Equal(
            expected,
            texts
                .Where(text => text.Responses.Any(response => response.Length > 0))
                .SelectMany(text => Step(model, [text], 0))
        );
    }

    // 1,100 predicted tokens: two blocks of rows
    [Theory]
    [InlineData("fused")]
    [InlineData("autograd")]
    public void Long_texts_go_in_blocks_of_rows(string operations)
    {
        var random = new Random(3);
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(Vocabulary))];
        PromptResponses[] texts = [new(Ids(3), [Ids(700)]), new(Ids(2), [Ids(400)])];
        using LanguageModel together = Create("llama", true, operations),
            apart = Create("llama", true, "fused");
        var values = Step(together, texts, 0);
        Close([.. Step(apart, [texts[0]], 0), .. Step(apart, [texts[1]], 700)], values);
        Close(apart, together);
    }

    // 700 predicted tokens over 50,000 would be 140 MB
    [Fact]
    public void Scores_of_all_tokens_over_the_whole_vocabulary_are_never_held()
    {
        var random = new Random(4);
        int[] ids = [.. Enumerable.Range(0, 701).Select(_ => random.Next(50_000))];
        using var operations = new FusedOperations();
        using var model = Create("llama", true, operations, 50_000);
        var before = operations.Bytes;
        Step(model, [new(ids[..1], [ids[1..]])], 0);
        Assert.InRange(operations.Bytes - before, 1, 20 << 20);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Gradients_are_differences_of_the_loss(bool tied)
    {
        using var model = Create("llama", tied, "fused");
        Step(model, Texts(), 0);
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        using var generator = new torch.Generator(8);
        const double Reach = 2e-3;
        var slope = 0.0;
        var directions = model
            .TrainedParameters.Select(parameter =>
                torch.randn(parameter.Value.shape, generator: generator) / Math.Sqrt(parameter.Value.numel())
            )
            .ToArray();
        foreach (var (parameter, direction) in model.TrainedParameters.Zip(directions))
            slope += (parameter.Gradient! * direction).sum().ToDouble();
        double Moved(double by)
        {
            foreach (var (parameter, direction) in model.TrainedParameters.Zip(directions))
                parameter.Value.add_(direction * by);
            using var batch = LanguageBatch.Create(Texts());
            return model.LogProbabilities(batch).Select((value, i) => value * Slope(i)).Sum();
        }
        var (ahead, behind) = (Moved(Reach), Moved(-2 * Reach));
        Assert.Equal(slope, (ahead - behind) / (2 * Reach), 2e-3 * (1 + Math.Abs(slope)));
    }

    [Fact]
    public void What_is_trained_gets_gradients_and_nothing_else_does()
    {
        foreach (var tied in (bool[])[true, false])
        {
            using var whole = Create("llama", tied, "fused");
            Step(whole, Texts(), 0);
            foreach (var parts in (TrainedParts[])[TrainedParts.LastLayers, TrainedParts.Head, TrainedParts.Adapters])
            {
                using var model = Create("llama", tied, "fused");
                if (parts == TrainedParts.Head && tied)
                {
                    Assert.Contains(
                        "embedding",
                        Assert.Throws<ConcordException>(() => model.SetTrained(parts)).Message,
                        StringComparison.Ordinal
                    );
                    continue;
                }
                model.SetTrained(parts, 1, new LoraSettings { Rank = 2 });
                Assert.Equal(parts == TrainedParts.Head, model.Head.Weight.Trainable);
                Step(model, Texts(), 0);
                foreach (var (name, gradient) in Gradients(model))
                {
                    Assert.True(Array.Exists(gradient, value => value != 0) || name.Contains("lora_A"), name);
                    if (parts != TrainedParts.Adapters)
                        Assert.All(
                            gradient.Zip(Gradients(whole)[name]),
                            pair => Assert.Equal(pair.Second, pair.First, 1e-5f)
                        );
                }
            }
        }
    }

    [Fact]
    public void Batches_that_ask_for_nothing_and_gradients_of_nothing_are_refused()
    {
        Assert.Throws<ArgumentException>(() =>
            LanguageBatch.Create([
                new(
                    [],
                    [
                        [1],
                    ]
                ),
            ])
        );
        Assert.Throws<ArgumentException>(() => LanguageBatch.Create([new([1], [])]));
        Assert.Throws<ArgumentException>(() =>
            LanguageBatch.Create([
                new(
                    [1],
                    [
                        [],
                    ]
                ),
            ])
        );
        using var model = Create("llama", true, "fused");
        Assert.Throws<InvalidOperationException>(() => model.Backward([1]));
        using var batch = LanguageBatch.Create([
            new(
                [1],
                [
                    [2, 3],
                ]
            ),
        ]);
        model.LogProbabilities(batch, record: true);
        Assert.Throws<InvalidOperationException>(() => model.Backward([1]));
    }

    // one response and several, equal ones, one that another begins with, beginnings that are shared, an empty one
    private static PromptResponses[] Texts()
    {
        var random = new Random(11);
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(Vocabulary))];
        int[] same = Ids(9);
        return
        [
            new(Ids(12), [Ids(4)]),
            new(Ids(1), [Ids(3), Ids(8)]),
            new(Ids(6), [.. Enumerable.Range(1, 5).Select(Ids)]),
            new(Ids(2), [same, same]),
            new(Ids(3), [same, same[..3], [.. same[..3], 7], [.. same[..3], .. Ids(5)]]),
            new(
                Ids(4),
                [
                    [],
                    Ids(2),
                ]
            ),
            new(
                Ids(4),
                [
                    [],
                ]
            ),
            new(
                Ids(5),
                [
                    [1],
                    [Vocabulary - 1],
                ]
            ),
        ];
    }

    private static double Slope(int target) => Math.Cos(target + 1.0);

    private static double[] Step(LanguageModel model, PromptResponses[] texts, int firstTarget)
    {
        using var batch = LanguageBatch.Create(texts);
        var values = model.LogProbabilities(batch, record: true);
        model.Backward([.. values.Select((_, i) => Slope(firstTarget + i))]);
        return values;
    }

    private static SortedDictionary<string, float[]> Gradients(LanguageModel model)
    {
        using var scope = torch.NewDisposeScope();
        return new(
            model.TrainedParameters.ToDictionary(
                parameter => parameter.Name,
                parameter => parameter.Gradient!.reshape(-1).data<float>().ToArray()
            ),
            StringComparer.Ordinal
        );
    }

    private static void Close(IReadOnlyList<double> expected, double[] actual)
    {
        Assert.Equal(expected.Count, actual.Length);
        for (var i = 0; i < actual.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-5 * (1 + Math.Abs(expected[i])));
    }

    private static void Close(LanguageModel expected, LanguageModel actual)
    {
        var others = Gradients(actual);
        foreach (var (name, gradient) in Gradients(expected))
        {
            var largest = gradient.Max(MathF.Abs);
            Assert.True(largest > 0, name);
            var error = gradient.Zip(others[name], (a, b) => Math.Abs(a - b)).Max();
            Assert.True(error < 3e-5 * largest, $"{name}: largest difference {error:E2}, largest value {largest:E2}");
        }
    }

    private static LanguageModel Create(string family, bool tied, string operations) =>
        Create(family, tied, OperationsUnderTest.Make(operations), Vocabulary);

    private static LanguageModel Create(string family, bool tied, IOperations operations, int vocabulary)
    {
        using var scope = torch.NewDisposeScope();
        using var source = new SeededParameterSource(2, .2);
        var config = (
            family == "mistral"
                ? ActivationCheckpointingTests.Config("llama") with
                {
                    Heads = 4,
                    KeyValueHeads = 2,
                    HeadDimension = 6,
                    SlidingWindow = 5,
                }
                : ActivationCheckpointingTests.Config(family)
        ) with
        {
            Layers = 2,
            VocabularySize = vocabulary,
        };
        var backbone = BackboneFactory.Build(config, source);
        var projection = tied
            ? null
            : source.Make(
                ParameterSpec.Single("lm_head.weight", [vocabulary, config.HiddenSize], ParameterStart.Normal)
            );
        var model = new LanguageModel(backbone, projection, operations);
        model.SetTrained(TrainedParts.Full);
        return model;
    }
}
