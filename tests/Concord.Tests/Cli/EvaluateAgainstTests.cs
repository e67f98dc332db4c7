using System.Text.Json;
using Concord.Calibration;
using Concord.Cli;
using Xunit;

namespace Concord.Tests.Cli;

/// <summary>Two models on the same comparisons: <c>concord evaluate --against</c>.</summary>
public sealed class EvaluateAgainstTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static Prediction[] Predictions(double gain) =>
        [
            .. Enumerable
                .Range(0, 60)
                .Select(i => new Prediction(
                    i % 2 == 0 ? "a" : "b",
                    [gain * Math.Sin(i), gain * Math.Cos(3 * i)],
                    [1, 0],
                    $"prompt {i / 2}",
                    "in.jsonl",
                    i + 1
                )),
        ];

    private string Scores(string name, IEnumerable<Prediction> predictions)
    {
        ScoresFile.Write(folder.File(name), predictions);
        return folder.File(name);
    }

    [Fact]
    public void Files_of_scores_are_matched_by_source_prompt_and_line_whatever_their_order()
    {
        var (first, second) = (Predictions(1), Predictions(-1));
        var run = ConcordCli
            .Run(
                "evaluate",
                "--scores",
                Scores("a.jsonl", first),
                "--against",
                Scores("b1.jsonl", second.Reverse().Take(20)),
                Scores("b2.jsonl", second.Reverse().Skip(20)),
                "--json"
            )
            .MustBeDone();
        using var json = JsonDocument.Parse(run.Out);
        var expected = PairedEvaluation.Run(first, second);
        var mean = json.RootElement.GetProperty("mean").GetProperty("accuracy");
        Assert.Equal(expected.Mean.Accuracy.Difference, mean.GetProperty("difference").GetDouble(), 12);
        Assert.Equal(expected.Mean.Accuracy.Interval.Low, mean.GetProperty("low").GetDouble(), 12);
        Assert.Equal(
            mean.GetProperty("difference").GetDouble(),
            mean.GetProperty("against").GetDouble() - mean.GetProperty("model").GetDouble(),
            12
        );
        Assert.Equal(2, json.RootElement.GetProperty("sources").EnumerateObject().Count());
        Assert.Contains("B less A", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_only_one_was_asked_is_left_out_and_said_and_nothing_in_common_is_an_error()
    {
        var run = ConcordCli
            .Run(
                "evaluate",
                "--scores",
                Scores("a.jsonl", Predictions(1).Skip(3)),
                "--against",
                Scores("b.jsonl", Predictions(2).SkipLast(2))
            )
            .MustBeDone();
        Assert.Contains("2 comparisons of", run.Error, StringComparison.Ordinal);
        Assert.Contains("55 are compared on", run.Error, StringComparison.Ordinal);
        var other = Predictions(1).Select(one => one with { Source = "c" });
        ConcordCli
            .Run("evaluate", "--scores", folder.File("a.jsonl"), "--against", Scores("c.jsonl", other))
            .MustFail(ExitCodes.Failed, "no comparison in common");
    }

    [Fact]
    public void Two_models_are_run_over_the_same_files()
    {
        var models = new[] { "llama_gqa", "qwen2" }.Select(name => Shared.Path("golden", "rewards", name, "model"));
        string[] both = [.. models];
        File.WriteAllLines(
            folder.File("in.jsonl"),
            Enumerable
                .Range(0, 12)
                .Select(i => $"{{\"prompt_ids\": [{i + 3}], \"chosen_ids\": [{i + 5}, 9], \"rejected_ids\": [8, 7]}}")
        );
        string[] over = ["evaluate", both[0], folder.File("in.jsonl"), "--against", both[1]];
        Assert.Contains($"B: {both[1]}", ConcordCli.Run(over).MustBeDone().Out, StringComparison.Ordinal);
        ConcordCli.Run([.. over, both[0]]).MustFail(ExitCodes.Usage, "--against names 2 models");
        ConcordCli.Run([.. over, "--bootstrap", "10"]).MustFail(ExitCodes.Usage, "--bootstrap", "Leave it out");
    }

    [Fact]
    public void A_document_given_as_scores_is_one_sentence()
    {
        File.WriteAllText(
            folder.File("config.json"),
            "{\n"
                + string.Concat(Enumerable.Range(0, 80).Select(i => $"  \"key{i}\": {i},\n"))
                + "  \"last\": {\n   "
                + " \"x\": 1\n  }\n}\n"
        );
        var run = ConcordCli
            .Run("evaluate", "--scores", folder.File("config.json"))
            .MustFail(ExitCodes.Failed, "config.json:1", "no rewards");
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        File.WriteAllLines(folder.File("many.jsonl"), Enumerable.Repeat("{\"rewards\": [1, 2]}", 400));
        var many = ConcordCli
            .Run("evaluate", "--scores", folder.File("many.jsonl"))
            .MustFail(ExitCodes.Failed, "many.jsonl:1", "no \"scores\"", "399 more");
        Assert.Single(many.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
