using System.Text.Json;
using Concord.Cli;
using Xunit;

namespace Concord.Tests.Cli;

/// <summary>A record that rendering or tokenizer refuse costs only itself, and is counted and listed.</summary>
public sealed class DataLossTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static string Case(string name) => Shared.Path("cases", "one-refused-dialogue-stops-everything", name);

    private ConcordCli.Result Train(string output, params string[] more) =>
        ConcordCli.Run([
            "train",
            Case("recipe.yaml"),
            $"data={folder.Path}",
            $"model={Case("model")}",
            $"output={folder.File(output)}",
            .. more,
        ]);

    [Fact]
    public void One_refused_dialogue_costs_only_itself()
    {
        File.WriteAllBytes(folder.File("pairs.jsonl"), File.ReadAllBytes(Case("pairs.jsonl")));
        var pairs = folder.File("pairs.jsonl");
        var data = ConcordCli.Run("data", pairs, "--tokenizer", Case("model")).MustBeDone();
        Assert.Contains("Refused: ", data.Out, StringComparison.Ordinal);
        Assert.Contains("pairs.jsonl:101: ", data.Out, StringComparison.Ordinal);
        Assert.Matches(@"pairs +100 +100", data.Out);
        Assert.Equal(ExitCodes.Failed, ConcordCli.Run("data", pairs, "--tokenizer", Case("model"), "--strict").Code);

        for (var start = 0; start < 2; start++) // from texts, then from kept ids
        {
            var trained = Train($"run{start}", $"cache={folder.File("cache")}").MustBeDone();
            Assert.Contains("1 comparisons were refused", trained.Error, StringComparison.Ordinal);
            var line = JsonDocument
                .Parse(Assert.Single(File.ReadLines(folder.File($"run{start}/unread.jsonl"))))
                .RootElement;
            Assert.Equal((pairs, 101), (line.GetProperty("file").GetString(), line.GetProperty("line").GetInt32()));
            Assert.Contains("turns must alternate", line.GetProperty("problem").GetString());
        }
        Train("strict", "strict=true").MustFail(ExitCodes.Failed, "pairs.jsonl:101", "strict");
        Train("less", "data_loss_limit=0").MustFail(ExitCodes.Failed, "'pairs' 0.99 %", "data_loss_limit");
        Assert.False(Directory.Exists(folder.File("less")));

        var evaluated = ConcordCli.Run("evaluate", Case("model"), pairs).MustBeDone();
        Assert.Contains("not scored: ", evaluated.Error, StringComparison.Ordinal);
        Assert.Contains("100 comparisons", evaluated.Out, StringComparison.Ordinal);
        ConcordCli
            .Run("evaluate", Case("model"), pairs, "--strict")
            .MustFail(ExitCodes.Failed, "pairs.jsonl, line 101");
    }

    [Fact]
    public void More_than_a_hundredth_of_a_source_stops_training_whoever_lost_it()
    {
        var lines = File.ReadAllLines(Case("pairs.jsonl"));
        File.WriteAllLines(folder.File("pairs.jsonl"), [.. lines, lines[^1]]);
        Train("run").MustFail(ExitCodes.Failed, "'pairs' 1.96 %", "pairs.jsonl:101");
        Train("run", "data_loss_limit=0.02").MustBeDone();

        File.WriteAllLines(folder.File("pairs.jsonl"), [.. lines[..60], "what", .. lines[60..100], "{"]);
        Train("broken").MustFail(ExitCodes.Failed, "'pairs' 1.96 %", "pairs.jsonl:61");
        File.WriteAllLines(folder.File("pairs.jsonl"), [lines[^1], lines[^1]]);
        ConcordCli
            .Run("evaluate", Case("model"), folder.File("pairs.jsonl"))
            .MustFail(ExitCodes.Failed, "All 2 comparisons are refused", "turns must alternate");
    }
}
