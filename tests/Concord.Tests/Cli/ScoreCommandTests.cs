using System.Text.Json;
using Xunit;

namespace Concord.Tests.Cli;

public class ScoreCommandTests
{
    private static string Model => Shared.Path("golden", "rewards", "llama_gqa", "model");

    private static string Line(int i) =>
        $"{{\"prompt_ids\": [{i % 7 + 3}, 17, 44], \"response_ids\": [[{i % 200 + 5}, 9], [{i % 5 + 60}, 8, 7]]}}";

    [Fact]
    public void Every_line_gets_one_in_order_and_a_bad_one_an_error()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(
            folder.File("in.jsonl"),
            [Line(0), "{\"prompt_ids\": [1], \"response_ids\": [[400]]}", "not json", Line(1)]
        );
        var run = ConcordCli.Run("score", Model, folder.File("in.jsonl"), "-o", folder.File("out.jsonl"));
        Assert.Equal(1, run.Code);
        Assert.Equal("", run.Out);
        var lines = File.ReadAllLines(folder.File("out.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToArray();
        Assert.Equal(4, lines.Length);
        Assert.Equal(2, lines[0].GetProperty("rewards").GetArrayLength());
        Assert.Equal([5, 6], lines[0].GetProperty("tokens").EnumerateArray().Select(count => count.GetInt32()));
        Assert.False(lines[0].GetProperty("truncated").GetBoolean());
        Assert.Contains("line 2", lines[1].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.True(lines[2].TryGetProperty("error", out _));
        Assert.True(lines[3].TryGetProperty("rewards", out _));
    }

    [Fact]
    public void An_interrupted_part_is_gone_on_with_only_for_the_same_input_and_model()
    {
        using var folder = new TemporaryFolder();
        // several batches, which begin elsewhere when gone on with
        File.WriteAllLines(folder.File("in.jsonl"), Enumerable.Range(0, 700).Select(Line));
        Assert.Equal(0, ConcordCli.Run("score", Model, folder.File("in.jsonl"), "-o", folder.File("whole.jsonl")).Code);
        var whole = File.ReadAllLines(folder.File("whole.jsonl"));

        // what a killed run leaves: a header, some whole lines and a torn one
        var header = Header(folder);
        File.WriteAllText(
            folder.File("out.jsonl.partial"),
            header + "\n" + string.Join("\n", whole.Take(301)) + "\n" + whole[301][..9]
        );
        var resumed = ConcordCli.Run("score", Model, folder.File("in.jsonl"), "-o", folder.File("out.jsonl"));
        Assert.Equal(0, resumed.Code);
        Assert.Contains("301 records", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(whole, File.ReadAllLines(folder.File("out.jsonl")));
        Assert.False(File.Exists(folder.File("out.jsonl.partial")));

        File.WriteAllText(
            folder.File("other.jsonl.partial"),
            header.Replace("\"input\":\"", "\"input\":\"0", StringComparison.Ordinal) + "\n{\"rewards\":[0]}\n"
        );
        var anew = ConcordCli.Run("score", Model, folder.File("in.jsonl"), "-o", folder.File("other.jsonl"));
        Assert.DoesNotContain("Going on", anew.Error, StringComparison.Ordinal);
        Assert.Equal(whole, File.ReadAllLines(folder.File("other.jsonl")));
    }

    [Fact]
    public void An_error_within_a_record_of_several_parts_is_counted_when_gone_on_with()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder.File("in.jsonl"), Enumerable.Range(0, 3).Select(Line));
        var header = Header(folder);
        File.WriteAllText(
            folder.File("out.jsonl.partial"),
            header
                + "\n{\"comparisons\":[{\"rewards\":[1,2]},{\"error\":\"in.jsonl, line 1: longer than the maximum "
                + "length.\"}]}\n"
        );
        var resumed = ConcordCli.Run("score", Model, folder.File("in.jsonl"), "-o", folder.File("out.jsonl"));
        Assert.Equal(1, resumed.Code);
        Assert.Contains("1 of them could not be scored", resumed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_reward_comes_out_of_score_and_evaluate()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(
            folder.File("in.jsonl"),
            Enumerable
                .Range(0, 30)
                .Select(i =>
                    $"{{\"prompt_ids\": [{i % 7 + 3}, 17], \"chosen_ids\": [{i + 5}, 9], \"rejected_ids\": "
                    + $"[{i % 5 + 60}, 8, 7]}}"
                )
        );
        Assert.Equal(0, ConcordCli.Run("score", Model, folder.File("in.jsonl"), "-o", folder.File("out.jsonl")).Code);
        var evaluated = ConcordCli.Run(
            "evaluate",
            Model,
            folder.File("in.jsonl"),
            "--save-scores",
            folder.File("scores.jsonl"),
            "--bootstrap",
            "0"
        );
        Assert.Equal(0, evaluated.Code);
        double[][] Rewards(string name) =>
            [
                .. File.ReadAllLines(folder.File(name))
                    .Select(line =>
                        JsonDocument
                            .Parse(line)
                            .RootElement.GetProperty("rewards")
                            .EnumerateArray()
                            .Select(value => value.GetDouble())
                            .ToArray()
                    ),
            ];
        double[][] scored = Rewards("out.jsonl"),
            again = Rewards("scores.jsonl");
        Assert.Equal(30, scored.Length);
        for (var i = 0; i < scored.Length; i++)
        for (var row = 0; row < 2; row++)
            Assert.Equal(scored[i][row], again[i][row], 1e-5);
    }

    [Fact]
    public void Under_bf16_rewards_move_by_a_rounding_and_a_part_of_the_other_precision_is_not_gone_on_with()
    {
        Assert.SkipUnless(Concord.Kernels.MatrixProduct.HasBf16, "This processor has no bf16 instructions.");
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder.File("in.jsonl"), Enumerable.Range(0, 20).Select(Line));
        double[] Rewards(string precision)
        {
            var run = ConcordCli.Run(
                "score",
                Model,
                folder.File("in.jsonl"),
                "-o",
                folder.File("out.jsonl"),
                "--precision",
                precision,
                "--device",
                "cpu"
            );
            Assert.Equal(0, run.Code);
            Assert.DoesNotContain("Going on", run.Error, StringComparison.Ordinal);
            return
            [
                .. File.ReadAllLines(folder.File("out.jsonl"))
                    .SelectMany(line =>
                        JsonDocument
                            .Parse(line)
                            .RootElement.GetProperty("rewards")
                            .EnumerateArray()
                            .Select(value => value.GetDouble())
                    ),
            ];
        }
        File.WriteAllText(folder.File("out.jsonl.partial"), Header(folder) + "\n{\"rewards\":[0]}\n"); // of an fp32 run
        double[] bf16 = Rewards("bf16"),
            single = Rewards("fp32");
        Assert.NotEqual(single, bf16);
        Assert.All(single.Zip(bf16), pair => Assert.Equal(pair.First, pair.Second, .05));
    }

    [Theory]
    [InlineData("--precision", "fp16", "fp32 or bf16 was expected")]
    [InlineData("--device", "gpu", "cpu, cuda or cuda:N")]
    [InlineData("--device", "cuda:-1", "cpu, cuda or cuda:N")]
    public void An_unknown_precision_or_device_is_named(string option, string value, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder.File("in.jsonl"), [Line(0)]);
        foreach (
            var run in new[]
            {
                ConcordCli.Run("score", Model, folder.File("in.jsonl"), "-o", folder.File("out.jsonl"), option, value),
                ConcordCli.Run("evaluate", Model, folder.File("in.jsonl"), option, value),
            }
        )
        {
            Assert.NotEqual(0, run.Code);
            Assert.Contains(value, run.Error, StringComparison.Ordinal);
            Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        }
        Assert.False(File.Exists(folder.File("out.jsonl")));
    }

    [Fact]
    public void A_file_that_is_not_there_or_cannot_be_written_is_said_before_a_model_is_opened()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder.File("in.jsonl"), [Line(0)]);
        var nowhere = folder.File("no-model");
        Assert.Contains(
            "missing.jsonl does not exist",
            ConcordCli.Run("score", nowhere, folder.File("missing.jsonl"), "-o", folder.File("out.jsonl")).Error,
            StringComparison.Ordinal
        );
        var under = Path.Combine(folder.File("in.jsonl"), "out.jsonl");
        Assert.Contains(
            "cannot be written",
            ConcordCli.Run("score", nowhere, folder.File("in.jsonl"), "-o", under).Error,
            StringComparison.Ordinal
        );
        foreach (var option in new[] { "--save-scores", "--json" })
            Assert.Contains(
                "cannot be written",
                ConcordCli.Run("evaluate", nowhere, folder.File("in.jsonl"), option, under).Error,
                StringComparison.Ordinal
            );
    }

    // the header of a part, taken from one that a missing place keeps from being completed
    private static string Header(TemporaryFolder folder)
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var stopped = ConcordCli.Run(
            source.Token,
            "score",
            Model,
            folder.File("in.jsonl"),
            "-o",
            folder.File("probe.jsonl")
        );
        Assert.Equal(130, stopped.Code);
        return File.ReadLines(folder.File("probe.jsonl.partial")).First();
    }
}
