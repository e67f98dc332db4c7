using Concord.Kernels;
using Concord.Modeling;
using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using Concord.Modeling.Operations;
using Concord.Modeling.Rewards;
using Concord.Preferences;
using Concord.Tests.Modeling;
using Concord.Tokenization.Comparisons;
using Concord.Training.Loop;
using TorchSharp;

namespace Concord.Tests.Training;

/// <summary>
/// A model of two small layers from a seed, and a population whose taste it can learn, for tests that train.
/// </summary>
internal static class TinyModel
{
    public const int Vocabulary = 48;

    public static RewardModel Create(
        ulong seed = 3,
        torch.ScalarType? type = null,
        ProductPrecision precision = ProductPrecision.Single,
        IOperations? operations = null
    )
    {
        using var scope = torch.NewDisposeScope();
        var config = new BackboneConfig
        {
            Family = BackboneFamilies.Named("llama"),
            HiddenSize = 16,
            Layers = 2,
            Heads = 2,
            KeyValueHeads = 1,
            HeadDimension = 8,
            IntermediateSize = 24,
            VocabularySize = Vocabulary,
            NormEpsilon = 1e-5,
            RopeTheta = 10000,
            Activation = BackboneActivation.Silu,
            MaxPositions = 64,
        };
        using var source = new SeededParameterSource(seed, .3);
        var backbone = BackboneFactory.Build(config, source);
        using var generator = new torch.Generator(seed);
        var head = new Parameter(
            "score.weight",
            torch.randn([1, config.HiddenSize], generator: generator) / 4,
            WeightLayout.Single("score.weight", 1)
        );
        if (type is not { } narrow)
            return new RewardModel(backbone, head, Pooling.Last, operations ?? new FusedOperations(precision));
        var converting = BackboneFactory.Build(config, new Narrowed(backbone.Parameters, narrow));
        return new RewardModel(converting, head, Pooling.Last, new AutogradOperations());
    }

    /// <summary>
    /// Comparisons of three sources; a source prefers by its own taste for tokens. One in seven is a tie, some have
    /// three or four responses.
    /// </summary>
    public static TrainingData Data(int perSource, int heldOut, int seed = 1, int validation = 0)
    {
        var random = new Random(seed);
        var tastes = Enumerable
            .Range(0, 3)
            .Select(k =>
                Enumerable
                    .Range(0, Vocabulary)
                    .Select(token => Math.Sin(token / 4.0 + .3 * k) + .4 * random.NextDouble())
                    .ToArray()
            )
            .ToArray();
        TokenizedComparison[] Make(int count, string side) =>
            [
                .. Enumerable
                    .Range(0, count * 3)
                    .Select(index =>
                        One(random, tastes[index % 3], $"source{index % 3}", $"{side}-{index / 3}-{index % 3}", index)
                    ),
            ];
        TokenizedComparison[] training = Make(perSource, "train"),
            held = Make(heldOut, "held");
        return new TrainingData(training, held, validation: Make(validation, "validation"));
    }

    private static TokenizedComparison One(Random random, double[] taste, string source, string prompt, int index)
    {
        int[] Ids(int least, int most) =>
            [.. Enumerable.Range(0, random.Next(least, most)).Select(_ => random.Next(3, Vocabulary))];
        var shared = Ids(2, 7);
        var rows = Enumerable
            .Range(0, index % 5 == 0 ? 3 + index % 2 : 2)
            .Select(_ => (int[])[.. shared, .. Ids(1, 6)])
            .ToArray();
        double[] scores =
            index % 7 == 6
                ? [.. rows.Select(_ => 1.0)]
                : [.. rows.Select(row => row.Skip(shared.Length).Average(token => taste[token]))];
        var (prefix, suffixes) = TokenizedComparison.Share(rows);
        return new TokenizedComparison
        {
            Prefix = prefix,
            Suffixes = suffixes,
            Scores = scores,
            ResponseLengths = [.. rows.Select(row => 100 * row.Length)],
            Comparison = new Comparison
            {
                Source = source,
                Annotator = $"annotator {index % 4}",
                Form = ComparisonForm.TokenIds,
                Responses = [.. rows.Select(row => Response.FromTokenIds(row))],
                Scores = scores,
                PromptId = prompt,
                Origin = new RecordOrigin("tiny.jsonl", index + 1),
            },
        };
    }

    /// <summary>Writes all parameters as safetensors.</summary>
    public static void Write(RewardModel model, string folder, TrainedModelInfo info)
    {
        using var scope = torch.NewDisposeScope();
        SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"),
            model.Parameters.SelectMany(parameter => parameter.Layout.Split(parameter.Value.detach()))
        );
    }

    /// <summary>The weights of a model, by name.</summary>
    public static Dictionary<string, float[]> Weights(RewardModel model)
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        return model.Parameters.ToDictionary(
            parameter => parameter.Name,
            parameter => parameter.Value.detach().to(torch.float32).reshape(-1).data<float>().ToArray()
        );
    }

    private sealed class Narrowed(IReadOnlyList<Parameter> parameters, torch.ScalarType type) : IParameterSource
    {
        public Parameter Make(ParameterSpec spec) =>
            new(spec.Name, parameters.Single(parameter => parameter.Name == spec.Name).Value.to(type), spec.Layout);
    }
}
