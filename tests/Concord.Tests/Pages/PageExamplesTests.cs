using Concord.Tests.Cli;
using Xunit;

namespace Concord.Tests.Pages;

/// <summary>Every command that a page shows is run: it must end well, and where the page shows its output, the headings must be there.</summary>
public sealed class PageExamplesTests
{
    private static readonly string[] Pages = ["README.md", "docs/data.md", "docs/models.md", "docs/training.md", "docs/evaluation.md", "docs/scoring.md", "docs/simulation.md"];

    // what is not run here, and where it is
    private static readonly Dictionary<string, string> Elsewhere = new(StringComparer.Ordinal)
    {
        ["concord quickstart"] = "QuickstartTests",
        ["concord quickstart --seed 2 --output runs/second --json second.json"] = "QuickstartTests",
        ["concord model import MODEL.gguf -o base"] = "as in docs/models.md, which is run",
        ["concord model import llama.Q8_0.gguf -o models/llama --dtype bf16 --tokenizer models/llama-tokenizer --shard-size 5GB"] = "GGUF tests: every type, dtype and shards",
        ["concord model init --config llama-7b num_hidden_layers=2 -o models/two-layers --dtype bf16 --shard-size 500MB"] = "tests of shards; 1.3 GB here",
    };

    [Fact]
    public void Every_command_on_a_page_does_what_the_page_says()
    {
        Shared.Require();
        using var stage = new PageStage();
        var commands = Pages.SelectMany(PageCommands.Of).Where(command => !Elsewhere.ContainsKey(command.Text)).ToArray();
        Assert.True(commands.Length >= 16, $"only {commands.Length} commands were found");
        foreach (var command in commands)
        {
            Prepare(command);
            // two steps show that it trains
            string[] shortened = command.Arguments[0] == "train" ? ["training.maximum_steps=2", "text.maximum_length=64"] : [];
            var result = ConcordCli.Run([.. command.Arguments, .. shortened]);
            Assert.True(result.Code == 0, $"{command.Page}, line {command.Line}: {command.Text}\nexit code {result.Code}\n{result.Error}");
            // words of headings, which no number is part of
            foreach (var heading in PageCommands.Shown(command).Where(line => line.StartsWith("source ", StringComparison.Ordinal) || line.StartsWith("file ", StringComparison.Ordinal)))
                foreach (var word in heading.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    Assert.Contains(word, result.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_not_run_here_is_still_on_a_page()
    {
        var shown = Pages.SelectMany(PageCommands.Of).Select(command => command.Text).ToHashSet(StringComparer.Ordinal);
        Assert.All(Elsewhere.Keys, text => Assert.Contains(text, shown));
    }

    private static void Prepare(PageCommand command)
    {
        if (command.Arguments is ["evaluate", "--scores", var scores, ..]) PageStage.WriteScores(scores);
        if (command.Arguments is ["score", "MODEL", ..] && !Directory.Exists("MODEL")) Directory.CreateSymbolicLink("MODEL", Path.GetFullPath("runs/more/model"));
        if (command.Arguments is ["model", "import", var gguf, ..] && !File.Exists(gguf)) Link(gguf);
    }

    // tokenizer and template are copied from beside the file
    private static void Link(string gguf)
    {
        foreach (var file in Directory.GetFiles(Shared.Path("models", "smollm2-135m-instruct")))
            File.CreateSymbolicLink(Path.GetExtension(file) == ".gguf" ? gguf : Path.GetFileName(file), file);
    }
}
