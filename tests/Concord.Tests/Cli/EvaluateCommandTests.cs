using System.Text.Json;
using Concord.Calibration;
using Concord.Cli;
using Xunit;

namespace Concord.Tests.Cli;

public sealed class EvaluateCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Files_of_scores_give_tables_and_json()
    {
        ScoresFile.Write(folder.File("a.jsonl"), Simulated.Pairs(300, 1, source: "helpful"));
        File.WriteAllText(
            folder.File("webgpt.jsonl"),
            "{\"chosen_reward\": 1, \"rejected_reward\": 0.5}\n{\"chosen_reward\": 0, \"rejected_reward\": 0.5}\n"
        );
        var result = ConcordCli
            .Run(
                "evaluate",
                "--scores",
                folder.File("a.jsonl"),
                folder.File("webgpt.jsonl"),
                "--bootstrap",
                "50",
                "--json",
                folder.File("e.json")
            )
            .MustBeDone();
        Assert.Contains("helpful", result.Out);
        Assert.Contains("webgpt", result.Out);
        Assert.Equal("", result.Error);
        using var json = JsonDocument.Parse(File.ReadAllText(folder.File("e.json")));
        Assert.Equal(302, json.RootElement.GetProperty("pooled").GetProperty("pairs").GetInt32());
        Assert.Equal(
            0.5,
            json.RootElement.GetProperty("sources").GetProperty("webgpt").GetProperty("accuracy_ties_half").GetDouble()
        );
        Assert.False(json.RootElement.TryGetProperty("with_temperatures", out _));
    }

    [Fact]
    public void Json_on_standard_output_is_all_that_is_there()
    {
        ScoresFile.Write(folder.File("a.jsonl"), Simulated.Pairs(30, 1));
        var result = ConcordCli
            .Run(
                "evaluate",
                "--scores",
                folder.File("a.jsonl"),
                "--temperature",
                "s=0.5",
                "--bins",
                "15",
                "--bootstrap",
                "0",
                "--json"
            )
            .MustBeDone();
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal(
            0.5,
            json.RootElement.GetProperty("with_temperatures")
                .GetProperty("sources")
                .GetProperty("s")
                .GetProperty("temperature")
                .GetDouble()
        );
        Assert.True(
            json.RootElement.GetProperty("pooled").GetProperty("all_ordered_pairs").TryGetProperty("quantile15", out _)
        );
        Assert.Contains("Calibration", result.Error);
    }

    [Fact]
    public void Saved_scores_evaluate_to_the_same()
    {
        ScoresFile.Write(folder.File("a.jsonl"), Simulated.Pairs(90, 1, perPrompt: 2));
        var first = ConcordCli
            .Run("evaluate", "--scores", folder.File("a.jsonl"), "--save-scores", folder.File("b.jsonl"), "--json")
            .MustBeDone();
        Assert.Equal(
            first.Out,
            ConcordCli.Run("evaluate", "--scores", folder.File("b.jsonl"), "--json").MustBeDone().Out
        );
        Assert.Equal(File.ReadAllText(folder.File("a.jsonl")), File.ReadAllText(folder.File("b.jsonl")));
    }

    [Fact]
    public void Bad_lines_are_listed_and_nothing_is_evaluated()
    {
        File.WriteAllText(
            folder.File("a.jsonl"),
            "{\"rewards\": [1, NaN], \"scores\": [1, 0]}\n{\"rewards\": [1, 2], \"scores\": [1, 0]}\n{}\n"
        );
        var result = ConcordCli
            .Run("evaluate", "--scores", folder.File("a.jsonl"), "--json", folder.File("e.json"))
            .MustFail(ExitCodes.Failed, "a.jsonl:1: ", "a.jsonl:3: ", "2 of 3 records cannot be used");
        Assert.Equal("", result.Out);
        Assert.False(File.Exists(folder.File("e.json")));
    }

    [Fact]
    public void Mistakes_of_usage_are_sentences()
    {
        ScoresFile.Write(folder.File("a.jsonl"), Simulated.Pairs(3, 1, source: "webgpt"));
        File.WriteAllText(folder.File("empty.jsonl"), "\n");
        ConcordCli.Run("evaluate").MustFail(ExitCodes.Usage, "--scores");
        ConcordCli
            .Run("evaluate", "--scores", folder.File("none.jsonl"))
            .MustFail(ExitCodes.Failed, "none.jsonl does not exist");
        ConcordCli
            .Run("evaluate", "--scores", folder.File("empty.jsonl"))
            .MustFail(ExitCodes.Failed, "holds no record");
        ConcordCli
            .Run("evaluate", "--scores", folder.File("a.jsonl"), "--bins", "0")
            .MustFail(ExitCodes.Usage, "--bins");
        ConcordCli
            .Run("evaluate", "--scores", folder.File("a.jsonl"), "--temperature", "webgpt")
            .MustFail(ExitCodes.Usage, "SOURCE=TAU");
        ConcordCli
            .Run("evaluate", "--scores", folder.File("a.jsonl"), "--temperature", "webgtp=1")
            .MustFail(ExitCodes.Usage, "Did you mean webgpt?");
    }
}
