using System.Text.Json;
using Concord.Modeling.Language;
using Concord.Tests.Modeling;

namespace Concord.Tests.Language;

/// <summary>The golden policies: comparisons, and what transformers says of them.</summary>
internal sealed class AlignmentGolden
{
    public static readonly string[] Names =
    [
        "llama_gqa",
        "gpt_neox_parallel",
        "qwen3",
        "mistral",
        "llama_gqa_tied",
        "llama3_rope",
    ];

    private readonly string name;
    private readonly JsonElement expected;

    public AlignmentGolden(string name)
    {
        this.name = name;
        expected = JsonDocument
            .Parse(File.ReadAllText(Shared.Path("golden", "alignment", name, "expected.json")))
            .RootElement;
        Comparisons = [.. expected.GetProperty("comparisons").EnumerateArray().Select(item => new Comparison(item))];
    }

    /// <summary>A prompt with its responses, their scores, and the log-probabilities of each response's
    /// tokens.</summary>
    public sealed record Comparison(
        int[] Prompt,
        int[][] Responses,
        double[] Scores,
        double[][] LogProbabilities,
        double[][] ReferenceLogProbabilities
    )
    {
        public Comparison(JsonElement item)
            : this(
                Ints(item.GetProperty("prompt_ids")),
                [.. item.GetProperty("response_ids").EnumerateArray().Select(Ints)],
                Doubles(item.GetProperty("scores")),
                [.. item.GetProperty("logps").EnumerateArray().Select(Doubles)],
                [.. item.GetProperty("reference_logps").EnumerateArray().Select(Doubles)]
            ) { }

        public int Best => Array.IndexOf(Scores, Scores.Max());

        public PromptResponses All => new(Prompt, Responses);
    }

    public IReadOnlyList<Comparison> Comparisons { get; }

    /// <summary>Comparison, winner and loser of each strict pair.</summary>
    public IReadOnlyList<int[]> Pairs => [.. expected.GetProperty("pairs").EnumerateArray().Select(Ints)];

    public JsonElement this[string key] => expected.GetProperty(key);

    public LanguageModel Policy(string operations) =>
        LanguageModel.Load(
            Shared.Path("golden", "backbones", name),
            new LanguageModelOptions(),
            OperationsUnderTest.Make(operations)
        );

    /// <summary>The policy with other weights.</summary>
    public LanguageModel Reference(string operations)
    {
        using var folder = new TemporaryFolder();
        File.Copy(Shared.Path("golden", "backbones", name, "config.json"), folder.File("config.json"));
        File.Copy(Shared.Path("golden", "alignment", name, "reference.safetensors"), folder.File("model.safetensors"));
        return LanguageModel.Load(folder.Path, new LanguageModelOptions(), OperationsUnderTest.Make(operations));
    }

    private static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(id => id.GetInt32())];

    private static double[] Doubles(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetDouble())];
}
