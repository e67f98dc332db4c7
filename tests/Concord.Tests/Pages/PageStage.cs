using System.Text.Json.Nodes;
using Concord.Tests.Cli;

namespace Concord.Tests.Pages;

/// <summary>
/// A folder that holds small things under the names the pages use, and is the current one while it lives.
/// </summary>
internal sealed class PageStage : IDisposable
{
    private const int Records = 24;
    private const string Tokenizer = "smollm2-135m-instruct";
    private static readonly string[] Files = ["helpful.json", "harmless.json", "webgpt.json", "pandalm_testset.json"];

    // names of real preferences and of models with a real tokenizer, and of what is trained from them
    private static readonly HashSet<string> Borrowed =
    [
        .. Files,
        "harmless-base.jsonl.gz",
        "helpful-new.json",
        "webgpt-new.json",
        "DIR",
        "base",
        "MODEL",
        "runs/more/model",
    ];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();
    private readonly string former = Environment.CurrentDirectory;

    // whose line has the form that docs/scoring.md shows
    private const string ScoredRecord =
        """{"id": 7, "prompt": "Name a river.", "responses": ["The Rhine.", "Rivers are long."], "scores": [1, 0]}"""
        + "\n";

    /// <summary>Sets the stage.</summary>
    /// <param name="borrows">Whether with real preferences and a real tokenizer, from beside the repository.</param>
    public PageStage(bool borrows)
    {
        Environment.CurrentDirectory = folder.FullName;
        Directory.CreateSymbolicLink("recipes", Path.Combine(Shared.RepositoryRoot, "recipes"));
        Directory.CreateDirectory("models");
        MakeModel(Path.Combine("models", "my-model"));
        PageScores.Write("scores.jsonl");
        if (!borrows)
            return;
        Directory.CreateDirectory("DIR");
        File.CreateSymbolicLink("harmless-base.jsonl.gz", Shared.Path("data", "harmless-base.jsonl.gz"));
        foreach (var name in Files)
        {
            File.CreateSymbolicLink(name, Shared.Path("data", name));
            Cut(name, Path.Combine("DIR", name)); // what is trained on is cut
        }
        foreach (var name in (string[])["helpful", "webgpt"])
            Cut($"{name}.json", $"{name}-new.json", skip: Records);
        foreach (var name in (string[])["domain_specific_preference.jsonl", "oasst_en.trees.jsonl"])
            File.WriteAllLines(Path.Combine("DIR", name), File.ReadLines(Shared.Path("data", name)).Take(Records));
        var tokenizer = Path.Combine("models", Tokenizer);
        Directory.CreateSymbolicLink(tokenizer, Shared.Path("models", Tokenizer));
        MakeModel("base", "--tokenizer", tokenizer);
        File.WriteAllText("FILE", ScoredRecord + ScoredRecord);
        File.WriteAllLines("prompts.jsonl", File.ReadLines("FILE").Take(1));
    }

    /// <summary>Whether a command needs what lies beside the repository.</summary>
    public static bool Borrows(PageCommand command) =>
        command.Arguments.Any(word =>
            word.EndsWith(".gguf", StringComparison.Ordinal)
            || word.EndsWith(Tokenizer, StringComparison.Ordinal)
            || Borrowed.Contains(word[(word.IndexOf('=') + 1)..])
        );

    /// <summary>Puts up what a command needs beyond what is there.</summary>
    public static void Prepare(PageCommand command)
    {
        if (command.Arguments is ["score", "MODEL", ..] && !Directory.Exists("MODEL"))
            Directory.CreateSymbolicLink("MODEL", Path.GetFullPath("runs/more/model"));
        if (command.Arguments is ["model", "import", var gguf, ..] && !File.Exists(gguf))
            Link(gguf);
    }

    public void Dispose()
    {
        Environment.CurrentDirectory = former;
        folder.Delete(recursive: true);
    }

    private static void MakeModel(string model, params string[] more)
    {
        string[] shape =
        [
            "model_type=llama",
            "hidden_size=16",
            "num_hidden_layers=2",
            "num_attention_heads=2",
            "intermediate_size=32",
            "vocab_size=49152",
        ];
        ConcordCli.Run(["model", "init", "--config", .. shape, .. more, "-o", model]).MustBeDone();
    }

    // tokenizer and template are copied from beside the file
    private static void Link(string gguf)
    {
        foreach (var file in Directory.GetFiles(Shared.Path("models", Tokenizer)))
            File.CreateSymbolicLink(Path.GetExtension(file) == ".gguf" ? gguf : Path.GetFileName(file), file);
    }

    private static void Cut(string source, string target, int skip = 0)
    {
        var text = File.ReadAllText(source);
        if (JsonNode.Parse(text) is not JsonArray records)
            throw new InvalidOperationException($"{source} is no array.");
        File.WriteAllText(
            target,
            new JsonArray([.. records.Skip(skip).Take(Records).Select(record => record!.DeepClone())]).ToJsonString()
        );
    }
}
