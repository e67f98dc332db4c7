using System.Text.Json;
using Concord.Cli;
using Xunit;

namespace Concord.Tests.Cli;

public sealed class DataCommandTests : IDisposable
{
    private const string Good = """{"prompt":"p","chosen":"a","rejected":"b"}""";

    private readonly string folder = Directory.CreateTempSubdirectory("concord-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string File(string name, string content)
    {
        var path = Path.Combine(folder, name);
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    [Fact]
    public void Counts_problems_and_the_unit_are_shown_within_80_columns()
    {
        var result = ConcordCli.Run("data", File("mine.jsonl", $"{Good}\n{{\"prompt\":\"p\"}}\n{Good}\n")).MustBeDone();
        Assert.Contains("mine.jsonl:2: \"chosen\" is missing.", result.Out, StringComparison.Ordinal);
        Assert.Contains("in characters (no --tokenizer is named)", result.Out, StringComparison.Ordinal);
        Assert.Contains(
            "mine              2        1          4      2     0           -",
            result.Out,
            StringComparison.Ordinal
        );
        Assert.All(
            result.Lines.Where(line => !line.Contains(folder, StringComparison.Ordinal)),
            line => Assert.InRange(line.Length, 1, 80)
        );
    }

    [Fact]
    public void The_json_holds_everything()
    {
        var output = Path.Combine(folder, "out.json");
        ConcordCli
            .Run("data", File("mine.jsonl", $"{Good}\nbad\n"), "--source", "s", "--max-length", "5", "--json", output)
            .MustBeDone();
        using var json = JsonDocument.Parse(System.IO.File.ReadAllText(output));
        var root = json.RootElement;
        Assert.Equal("characters", root.GetProperty("unit").GetString());
        Assert.Equal(2, root.GetProperty("files")[0].GetProperty("problems")[0].GetProperty("line").GetInt32());
        var source = root.GetProperty("sources").GetProperty("s");
        Assert.Equal(
            (1, 1, 0),
            (
                source.GetProperty("comparisons").GetInt32(),
                source.GetProperty("pairs").GetInt32(),
                source.GetProperty("ties").GetInt32()
            )
        );
        Assert.Equal(1, source.GetProperty("overlong").GetProperty("shared-left").GetProperty("pairs_cut").GetInt32());
        Assert.Equal(1, source.GetProperty("overlong").GetProperty("drop").GetProperty("pairs_dropped").GetInt32());
        var piped = ConcordCli.Run("data", Path.Combine(folder, "mine.jsonl"), "--json").MustBeDone();
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(piped.Out).RootElement.ValueKind);
        Assert.Contains("Comparisons per source", piped.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_read_is_exit_1_and_a_wrong_option_exit_2()
    {
        ConcordCli.Run("data", File("bad.jsonl", "what\n")).MustFail(ExitCodes.Failed, "bad.jsonl", "Formats known");
        ConcordCli
            .Run("data", Path.Combine(folder, "none.jsonl"))
            .MustFail(ExitCodes.Failed, "none.jsonl does not exist");
        ConcordCli
            .Run("data", File("good.jsonl", Good), "--format", "hhh")
            .MustFail(ExitCodes.Usage, "did you mean hh?");
        ConcordCli.Run("data", File("good.jsonl", Good), "--max-length", "0").MustFail(ExitCodes.Usage, "--max-length");
        ConcordCli.Run("data").MustFail(ExitCodes.Usage);
        var half = ConcordCli
            .Run("data", File("good.jsonl", Good), Path.Combine(folder, "bad.jsonl"))
            .MustFail(ExitCodes.Failed, "bad.jsonl");
        Assert.Contains("good ", half.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Real_files_in_tokens_of_the_real_model()
    {
        var result = ConcordCli
            .Run(
                "data",
                Shared.Path("data", "webgpt.json"),
                Shared.Path("data", "oasst_en.trees.jsonl"),
                "--tokenizer",
                Shared.Path("models", "smollm2-135m-instruct"),
                "--max-length",
                "512"
            )
            .MustBeDone();
        Assert.Contains("in tokens", result.Out, StringComparison.Ordinal);
        Assert.Matches(@"webgpt +721 +721 +1442 +527 +194 +-", result.Out);
        Assert.Matches(@"oasst_en\.trees +594 +177", result.Out);
        Assert.All(result.Lines, line => Assert.InRange(line.Length, 1, 80));
    }
}
