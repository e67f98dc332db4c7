using System.Text.Json.Nodes;
using Concord.Tests.Cli;

namespace Concord.Tests.Pages;

/// <summary>A folder that holds small things under the names the pages use, and is the current one while it lives.</summary>
internal sealed class PageStage : IDisposable
{
    private const int Records = 24;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();
    private readonly string former = Environment.CurrentDirectory;

    public PageStage()
    {
        Environment.CurrentDirectory = folder.FullName;
        Directory.CreateSymbolicLink("recipes", Path.Combine(Shared.RepositoryRoot, "recipes"));
        Directory.CreateDirectory("DIR");
        Directory.CreateDirectory("models");
        foreach (var name in (string[])["helpful.json", "harmless.json", "webgpt.json", "pandalm_testset.json"])
        {
            File.CreateSymbolicLink(name, Shared.Path("data", name));
            Cut(name, Path.Combine("DIR", name)); // what is trained on is cut
        }
        foreach (var name in (string[])["domain_specific_preference.jsonl", "oasst_en.trees.jsonl"]) File.WriteAllLines(Path.Combine("DIR", name), File.ReadLines(Shared.Path("data", name)).Take(Records));
        var tokenizer = Shared.Path("models", "smollm2-135m-instruct");
        Directory.CreateSymbolicLink(Path.Combine("models", "smollm2-135m-instruct"), tokenizer);
        foreach (var model in (string[])["base", Path.Combine("models", "my-model")])
            ConcordCli.Run("model", "init", "--config", "model_type=llama", "hidden_size=16", "num_hidden_layers=2", "num_attention_heads=2", "intermediate_size=32", "vocab_size=49152", "--tokenizer", tokenizer, "-o", model).MustBeDone();
        File.WriteAllLines("prompts.jsonl", ["{\"prompt\": \"Name a river.\", \"responses\": [\"The Rhine.\", \"Rivers are long.\", \"No.\"]}"]);
        File.Copy("prompts.jsonl", "FILE");
    }

    /// <summary>Writes scores of three sources in the form <c>evaluate --scores</c> reads.</summary>
    public static void WriteScores(string file)
    {
        var random = new Random(1);
        File.WriteAllLines(file, ((string[])["helpful", "harmless", "webgpt"]).SelectMany(source => Enumerable.Range(0, 40).Select(i => string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"{{\"source\": \"{source}\", \"prompt_id\": \"{i}\", \"chosen_reward\": {random.NextDouble() + .3}, \"rejected_reward\": {random.NextDouble()}}}"))));
    }

    public void Dispose()
    {
        Environment.CurrentDirectory = former;
        folder.Delete(recursive: true);
    }

    private static void Cut(string source, string target)
    {
        var text = File.ReadAllText(source);
        if (JsonNode.Parse(text) is not JsonArray records) throw new InvalidOperationException($"{source} is no array.");
        File.WriteAllText(target, new JsonArray([.. records.Take(Records).Select(record => record!.DeepClone())]).ToJsonString());
    }
}
