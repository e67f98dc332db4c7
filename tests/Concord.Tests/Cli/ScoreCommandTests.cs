using System.Text;
using System.Text.Json;
using Concord.Runs.Scoring;
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
        File.WriteAllText(folder.File("out.jsonl.partial"), Part(header, whole.Take(301)) + whole[301][..9]);
        var resumed = ConcordCli.Run("score", Model, folder.File("in.jsonl"), "-o", folder.File("out.jsonl"));
        Assert.Equal(0, resumed.Code);
        Assert.Contains("301 records", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(whole, File.ReadAllLines(folder.File("out.jsonl")));
        Assert.False(File.Exists(folder.File("out.jsonl.partial")));

        File.WriteAllText(
            folder.File("other.jsonl.partial"),
            Part(header.Replace("\"input\":\"", "\"input\":\"0", StringComparison.Ordinal), ["{\"rewards\":[0]}"])
        );
        var anew = ConcordCli.Run("score", Model, folder.File("in.jsonl"), "-o", folder.File("other.jsonl"));
        Assert.DoesNotContain("Going on", anew.Error, StringComparison.Ordinal);
        Assert.Contains("is begun anew", anew.Error, StringComparison.Ordinal);
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
            Part(header, ["{\"comparisons\":[{\"rewards\":[1,2]},{\"error\":\"longer than the maximum.\"}]}"])
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
        File.WriteAllText(folder.File("out.jsonl.partial"), Part(Header(folder), ["{\"rewards\":[0]}"])); // of fp32
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

    // as a run leaves it that was killed after some lines
    private static string Part(string header, IEnumerable<string> lines) =>
        header
        + "\n"
        + string.Concat(
            lines.Select(
                (line, i) =>
                {
                    var mark = PartialLines.Mark(
                        Encoding.UTF8.GetBytes(line),
                        i + 1,
                        line.Contains("\"error\"", StringComparison.Ordinal)
                    );
                    return $"{Encoding.ASCII.GetString(mark)}{line}\n";
                }
            )
        );

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

    private static string ChatModel => Shared.Path("cases", "_model_chat");

    private static JsonElement[] Lines(string file) =>
        [.. File.ReadAllLines(file).Select(line => JsonDocument.Parse(line).RootElement)];

    [Fact]
    public void A_reward_that_is_not_a_number_is_named_and_ends_with_exit_code_1()
    {
        using var folder = new TemporaryFolder();
        var model = Shared.Path("cases", "nan-rewards-exit-0", "model");
        var input = Shared.Path("cases", "nan-rewards-exit-0", "prompts.jsonl");
        ConcordCli
            .Run("score", model, input, "-o", folder.File("o.jsonl"))
            .MustBeSaid(1, "1 of them could not be scored", "line 1: the reward of response 1 is not finite");
        Assert.Contains("not finite", Lines(folder.File("o.jsonl"))[0].GetProperty("error").GetString());
    }

    [Fact]
    public void Single_answers_are_scored_and_keep_their_keys()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(
            folder.File("in.jsonl"),
            [
                """{"id": 7, "prompt": "Hi", "response": "Hello.", "tag": {"a": [1.0]}, "tokens": 3, "error": "mine"}""",
                """{"text": "Hello there", "source": "wild"}""",
                """{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello."}]}""",
                """{"prompt": "Hi", "completion": "Hello.", "label": true}""",
            ]
        );
        var run = ConcordCli.Run("score", ChatModel, folder.File("in.jsonl"), "-o", "-").MustBeDone();
        var lines = run.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(4, lines.Length);
        Assert.All(lines, line => Assert.Equal(1, line.GetProperty("rewards").GetArrayLength()));
        Assert.All(lines, line => Assert.False(line.TryGetProperty("scores", out _)));
        Assert.Equal(7, lines[0].GetProperty("id").GetInt32());
        Assert.Equal("{\"a\": [1.0]}", lines[0].GetProperty("tag").GetRawText());
        Assert.Equal("{\"tokens\":3,\"error\":\"mine\"}", lines[0].GetProperty("input").GetRawText());
        Assert.Equal("wild", lines[1].GetProperty("source").GetString());
        Assert.False(lines[1].TryGetProperty("input", out _));
        Assert.Equal(lines[0].GetProperty("rewards")[0].GetDouble(), lines[2].GetProperty("rewards")[0].GetDouble());
        Assert.True(lines[3].GetProperty("label").GetBoolean());
        // to learn from there is nothing in it
        ConcordCli.Run("data", folder.File("in.jsonl")).MustFail(1);
    }

    [Fact]
    public void What_score_writes_is_evaluated_as_the_model_over_the_same_file_is()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(
            folder.File("in.jsonl"),
            Enumerable
                .Range(0, 24)
                .Select(i =>
                    $"{{\"prompt_ids\": [{i % 7 + 3}], \"response_ids\": [[{i + 5}, 9], [{i % 5 + 60}, 8]], "
                    + $"\"scores\": [{i % 2}, {i % 3}], \"source\": \"{(i % 2 == 0 ? "even" : "odd")}\"}}"
                )
        );
        ConcordCli.Run("score", Model, folder.File("in.jsonl"), "-o", folder.File("out.jsonl")).MustBeDone();
        string Evaluated(params string[] of) =>
            ConcordCli.Run(["evaluate", .. of, "--bootstrap", "0"]).MustBeDone().Out;
        Assert.Equal(Evaluated(Model, folder.File("in.jsonl")), Evaluated("--scores", folder.File("out.jsonl")));
    }

    [Fact]
    public void A_record_that_several_judged_has_one_set_of_rewards_and_all_judgements()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(
            folder.File("in.jsonl"),
            """{"prompt": "Hi", "response_0": "Yes.", "response_1": "No.", "better_response_id": 0, "safer_response_id": 1}"""
                + "\n"
        );
        ConcordCli.Run("score", ChatModel, folder.File("in.jsonl"), "-o", folder.File("out.jsonl")).MustBeDone();
        var line = Lines(folder.File("out.jsonl"))[0];
        Assert.Equal(2, line.GetProperty("rewards").GetArrayLength());
        Assert.Equal(2, line.GetProperty("judgements").GetArrayLength());
        var read = Concord.Calibration.ScoresFile.Read(folder.File("out.jsonl")).Whole();
        Assert.Equal(2, read.Count);
        Assert.Equal(read[0].Rewards, read[1].Rewards);
        Assert.Equal([1, 0], read[0].Scores);
        Assert.Equal([0, 1], read[1].Scores);
        Assert.NotEqual(read[0].Source, read[1].Source);
    }

    [Fact]
    public void Lines_that_hold_an_error_are_left_out_of_an_evaluation_and_said()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(
            folder.File("in.jsonl"),
            ["""{"prompt_ids": [3], "chosen_ids": [4], "rejected_ids": [5]}""", "not json"]
        );
        Assert.Equal(1, ConcordCli.Run("score", Model, folder.File("in.jsonl"), "-o", folder.File("out.jsonl")).Code);
        var run = ConcordCli.Run("evaluate", "--scores", folder.File("out.jsonl"), "--bootstrap", "0").MustBeDone();
        Assert.Contains("1 records hold an error instead of rewards and are left out", run.Error);
    }

    [Fact]
    public void Strict_ends_at_the_first_record_that_cannot_be_scored()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder.File("in.jsonl"), [Line(0), "not json", Line(1)]);
        ConcordCli
            .Run("score", Model, folder.File("in.jsonl"), "-o", folder.File("out.jsonl"), "--strict")
            .MustFail(1, "in.jsonl:2", "(--strict)");
        Assert.False(File.Exists(folder.File("out.jsonl")));
    }

    [Theory]
    [InlineData("zeros")]
    [InlineData("bit")]
    public void A_part_that_a_disk_changed_is_gone_on_with_from_before_the_change(string kind)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder.File("in.jsonl"), Enumerable.Range(0, 400).Select(Line));
        ConcordCli.Run("score", Model, folder.File("in.jsonl"), "-o", folder.File("whole.jsonl")).MustBeDone();
        var whole = File.ReadAllLines(folder.File("whole.jsonl"));
        var partial = folder.File("out.jsonl.partial");
        File.WriteAllText(partial, Part(Header(folder), whole.Take(390)));
        var bytes = File.ReadAllBytes(partial);
        if (kind == "zeros")
            bytes.AsSpan(bytes.Length / 2, Math.Min(1 << 16, bytes.Length / 3)).Clear();
        else
            bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(partial, bytes);
        var run = ConcordCli.Run("score", Model, folder.File("in.jsonl"), "-o", folder.File("out.jsonl")).MustBeDone();
        Assert.Contains("out.jsonl.partial is damaged after", run.Error);
        Assert.Contains("Going on after", run.Error);
        Assert.Equal(whole, File.ReadAllLines(folder.File("out.jsonl")));
    }

    [Fact]
    public void A_full_disk_is_said_with_what_to_do_and_the_part_is_gone_on_with()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder.File("in.jsonl"), Enumerable.Range(0, 64).Select(Line));
        ConcordCli.Run("score", Model, folder.File("in.jsonl"), "-o", folder.File("whole.jsonl")).MustBeDone();
        using (Concord.Foundation.Disk.Use(new FailingDisk(30, forGood: true)))
            ConcordCli
                .Run("score", Model, folder.File("in.jsonl"), "-o", folder.File("out.jsonl"))
                .MustFail(1, "out.jsonl.partial", "No space left", "Make room: the same command goes on");
        ConcordCli.Run("score", Model, folder.File("in.jsonl"), "-o", folder.File("out.jsonl")).MustBeDone();
        Assert.Equal(File.ReadAllLines(folder.File("whole.jsonl")), File.ReadAllLines(folder.File("out.jsonl")));
    }
}
