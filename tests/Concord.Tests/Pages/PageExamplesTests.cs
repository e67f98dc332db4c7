using System.Text.Json;
using Concord.Runs.Recipes;
using Concord.Tests.Cli;
using Xunit;

namespace Concord.Tests.Pages;

/// <summary>Every command that a page shows is run: it must end well, and print what the page says it prints.</summary>
public sealed class PageExamplesTests
{
    // what is not run here, and where it is
    private static readonly Dictionary<string, string> Elsewhere = new(StringComparer.Ordinal)
    {
        ["concord quickstart"] = "QuickstartTests",
        ["concord quickstart --seed 2 --output runs/second --json second.json"] = "QuickstartTests",
        ["concord model import MODEL.gguf -o base"] = "as in docs/models.md, which is run",
        [
            "concord model import llama.Q8_0.gguf -o models/llama --dtype bf16 --tokenizer models/llama-tokenizer "
                + "--shard-size 5GB"
        ] = "GGUF tests: every type, dtype and shards",
        [
            "concord model init --config llama-7b num_hidden_layers=2 -o models/two-layers --dtype bf16 "
                + "--shard-size 500MB"
        ] = "tests of shards; 1.3 GB here",
        ["concord render models/smollm2-135m-instruct pairs.jsonl"] = "RenderCommandTests",
        [
            "concord render --template chat_template.jinja conversations.jsonl --now 2026-02-03T04:05:00 -o "
                + "rendered.jsonl"
        ] = "RenderCommandTests",
        ["concord evaluate --scores a.jsonl --against b.jsonl"] = "EvaluateAgainstTests",
        ["concord evaluate runs/more/model held-out.jsonl --against runs/equal/model"] = "EvaluateAgainstTests",
    };

    private static readonly PageCommand[] Commands = [.. Pages.Run.SelectMany(PageCommands.Of)];

    [Fact]
    public void Commands_that_need_nothing_do_what_the_page_says() => Run(borrows: false, least: 8);

    [Fact]
    public void Commands_over_real_preferences_and_tokenizers_do_what_the_page_says()
    {
        Shared.Require();
        Run(borrows: true, least: 9);
    }

    [Fact]
    public void What_is_not_run_here_is_still_on_a_page() =>
        Assert.All(Elsewhere.Keys, text => Assert.Contains(Commands, command => command.Text == text));

    [Fact]
    public void Recipes_on_pages_are_read()
    {
        using var stage = new PageStage(borrows: false);
        string[] recipes = [.. Pages.All.SelectMany(page => Pages.Blocks(page, "yaml"))];
        Assert.NotEmpty(recipes);
        foreach (var recipe in recipes)
        {
            File.WriteAllText("shown.yaml", recipe);
            RecipeFile.Read("shown.yaml", []);
        }
    }

    [Fact]
    public void Scores_on_the_page_of_evaluation_are_read()
    {
        using var stage = new PageStage(borrows: false);
        var lines = Pages.Lines("docs/evaluation.md");
        string[] records =
        [
            .. lines.Where(line =>
                line.StartsWith("    {", StringComparison.Ordinal) && line.Contains("reward", StringComparison.Ordinal)
            ),
        ];
        Assert.Equal(3, records.Length);
        File.WriteAllLines("shown.jsonl", records);
        ConcordCli.Run("evaluate", "--scores", "shown.jsonl").MustBeDone();
    }

    private static void Run(bool borrows, int least)
    {
        using var stage = new PageStage(borrows);
        var commands = Commands
            .Where(command => !Elsewhere.ContainsKey(command.Text) && PageStage.Borrows(command) == borrows)
            .ToArray();
        Assert.True(commands.Length >= least, $"only {commands.Length} commands were found");
        Assert.Contains(commands, command => command.Output.Length > 0);
        foreach (var command in commands)
        {
            PageStage.Prepare(command);
            // two steps show that it trains
            string[] shortened =
                command.Arguments[0] == "train" ? ["training.maximum_steps=2", "text.maximum_length=64"] : [];
            var result = ConcordCli.Run([.. command.Arguments, .. shortened]);
            Assert.True(result.Code == 0, $"{command.Place}\nexit code {result.Code}\n{result.Error}");
            // the inputs are those the page speaks of, so every line is as printed, numbers too
            if (command.Output.Length > 0)
                Assert.Equal(command.Output, result.Out.TrimEnd('\n').Split('\n'));
            if (command.Arguments is ["score", _, "FILE", "-o", var rewards])
                MustHaveTheFormShown(rewards);
        }
    }

    /// <summary>One line for each of the page's own, with the keys it shows.</summary>
    private static void MustHaveTheFormShown(string rewards)
    {
        string[] shown = Keys(Pages.Blocks("docs/scoring.md", "json").Last()),
            lines = File.ReadAllLines(rewards);
        Assert.Equal(File.ReadAllLines("FILE").Length, lines.Length);
        Assert.All(lines, line => Assert.Equal(shown, Keys(line)));

        static string[] Keys(string json)
        {
            using var document = JsonDocument.Parse(json);
            return [.. document.RootElement.EnumerateObject().Select(property => property.Name)];
        }
    }
}
