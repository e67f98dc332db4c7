using System.IO.Compression;
using System.Text;
using Concord.Calibration;
using Xunit;

namespace Concord.Tests.Calibration;

public sealed class ScoresFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Written_predictions_come_back_equal()
    {
        Prediction[] all =
        [
            new(
                "helpful \"ü\" 日本",
                [0.1, -1.0 / 3, double.Epsilon],
                [1e300, 2, -0.5],
                "id",
                "data/f.jsonl",
                7,
                [3, 4, 5]
            )
            {
                Temperature = 0.7,
                Annotator = "worker 9",
            },
            new("s", [1e-17], [0], null, "g", 1),
        ];
        var path = folder.File("out.jsonl");
        ScoresFile.Write(path, all);
        Assert.EndsWith("}\n", File.ReadAllText(path));
        var content = ScoresFile.Read(path);
        Assert.Empty(content.Errors);
        Assert.Equal(all.Select(Flat), content.Predictions.Select(Flat));
    }

    [Fact]
    public void Lines_without_a_version_are_read_and_written_again_with_one()
    {
        var before = Written.WithoutVersion("scores.jsonl");
        var content = ScoresFile.Read(before);
        Assert.Equal((12, 0), (content.Predictions.Count, content.Errors.Count));
        var path = folder.File("again.jsonl");
        ScoresFile.Write(path, content.Predictions);
        Assert.Equal(
            File.ReadAllText(before).Replace("{\"source\"", "{\"version\":1,\"source\"", StringComparison.Ordinal),
            File.ReadAllText(path)
        );
        var third = folder.File("third.jsonl");
        ScoresFile.Write(third, ScoresFile.Read(path).Whole());
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(third));
    }

    [Fact]
    public void A_newer_version_is_refused_and_unknown_keys_are_not()
    {
        const string known = "\"rewards\": [1, 0], \"scores\": [1, 0]";
        var content = Read(
            $"{{\"version\": 2, {known}}}\n{{\"version\": 1, \"later\": {{}}, {known}}}\n"
                + $"{{\"version\": \"v2.0 of the data\", {known}, \"annotator\": 17}}",
            "d.jsonl"
        );
        var error = Assert.Single(content.Errors);
        Assert.Equal((1, "the record is of version 2; this Concord reads up to 1"), (error.Line, error.Problem));
        Assert.Equal([null, "17"], content.Predictions.Select(p => p.Annotator));
        var whole = Assert.Throws<ConcordException>(() => content.Whole()).Message;
        Assert.StartsWith(
            $"{folder.File("d.jsonl")}:1: the record is of version 2; this Concord reads up to 1. In all 1 of 3 ",
            whole
        );
    }

    [Fact]
    public void A_bad_prediction_leaves_no_file_behind()
    {
        IEnumerable<Prediction> Failing()
        {
            yield return new Prediction("s", [1], [1]);
            throw new ConcordException("stop");
        }
        Assert.Throws<ConcordException>(() => ScoresFile.Write(folder.File("out.jsonl"), Failing()));
        Assert.Throws<ConcordException>(() =>
            ScoresFile.Write(folder.File("nan.jsonl"), [new Prediction("s", [double.NaN], [1])])
        );
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("{\"rewards\": [1, 0], \"scores\": [1, 0]}", "data")]
    [InlineData("{\"chosen_reward\": 1, \"rejected_reward\": 0}", "data")]
    [InlineData("{\"chosen_reward\": 1.0, \"reject_reward\": 0, \"source\": \"a\"}", "a")]
    [InlineData("{\"scores_chosen\": [1], \"scores_rejected\": [0], \"subset\": \"chat\"}", "chat")]
    [InlineData("\n  {\"rewards\": [1, 0],\n \"scores\":\n [1, 0]}", "data")]
    [InlineData("[{\"rewards\": [1, 0], \"scores\": [1, 0], \"source\": null}]", "data")]
    [InlineData("\uFEFF{\"rewards\": [1, 0], \"scores\": [1, 0]}\r\n", "data")]
    public void Every_form_gives_the_same_pair(string text, string source)
    {
        foreach (var name in new[] { "data.jsonl", "data.json.gz", "data" })
        {
            var p = Assert.Single(Read(text, name).Predictions);
            Assert.Equal((source, "1,0", "1,0"), (p.Source, string.Join(',', p.Rewards), string.Join(',', p.Scores)));
        }
    }

    [Fact]
    public void Prompt_lengths_and_origin_are_taken_where_they_are()
    {
        var content = Read(
            """
            {"rewards": [1, 0], "scores": [1, 0], "prompt": "x", "responses": ["aé😀", "b"]}
            {"rewards": [1, 0], "scores": [1, 0], "prompt": "x", "tokens": [7, 8], "file": "other", "line": 12}
            {"rewards": [1, 0], "scores": [1, 0], "prompt": [{"role": "user", "content": "x"}], "lengths": [1, 2]}
            {"rewards": [1, 0], "scores": [1, 0], "prompt_id": 5, "prompt": "x", "temperature": 0.5}
            {"chosen_reward": 1, "rejected_reward": 0, "chosen": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "abc"}], "rejected": "ab"}
            """,
            "d.jsonl"
        );
        Assert.Empty(content.Errors);
        var p = content.Predictions;
        Assert.Equal(p[0].PromptId, p[1].PromptId);
        Assert.NotNull(p[2].PromptId);
        Assert.NotEqual(p[0].PromptId, p[2].PromptId);
        Assert.Equal("5", p[3].PromptId);
        Assert.Null(p[4].PromptId);
        Assert.Equal([3.0, 1.0], p[0].Lengths!);
        Assert.Equal([7.0, 8.0], p[1].Lengths!);
        Assert.Equal([5.0, 2.0], p[4].Lengths!);
        Assert.Equal(("other", 12), (p[1].File, p[1].Line));
        Assert.Equal((folder.File("d.jsonl"), 3), (p[2].File, p[2].Line));
        Assert.Equal(0.5, p[3].Temperature);
    }

    [Fact]
    public void Columns_of_scores_are_rows()
    {
        var p = Read(
            "{\"scores_chosen\": [1, 2, 3], \"scores_rejected\": [0, 2, 4], \"subset\": [\"a\", \"b\", \"a\"]}",
            "rb.json"
        ).Predictions;
        Assert.Equal(["a", "b", "a"], p.Select(x => x.Source));
        Assert.Equal([3.0, 4.0], p[2].Rewards);
    }

    [Theory]
    [InlineData("{\"rewards\": [1, NaN], \"scores\": [1, 0]}", "NaN")]
    [InlineData("{\"rewards\": [1, 1e999], \"scores\": [1, 0]}", "rewards[1] is 1e999")]
    [InlineData("{\"rewards\": [1, \"NaN\"], \"scores\": [1, 0]}", "rewards[1] is \"NaN\"; a finite number")]
    [InlineData("{\"rewards\": [1, null], \"scores\": [1, 0]}", "rewards[1] is null")]
    [InlineData("{\"rewards\": [1, 2, 3], \"scores\": [1, 0]}", "3 rewards but 2 scores")]
    [InlineData("{\"rewards\": [], \"scores\": []}", "rewards is empty")]
    [InlineData("{\"rewards\": 1, \"scores\": [1]}", "a list of numbers")]
    [InlineData("{\"rewards\": [1, 2]}", "no \"scores\"")]
    [InlineData("{\"prompt\": \"x\"}", "no rewards")]
    [InlineData("{\"chosen_reward\": 1}", "no rewards")]
    [InlineData("{\"rewards\": [1, 2], \"scores\": [1, 0], \"lengths\": [1]}", "1 length but 2 rewards")]
    [InlineData("{\"rewards\": [1, 2], \"scores\": [1, 0], \"lengths\": [1, -1]}", "lengths[1]")]
    [InlineData("{\"rewards\": [1, 2], \"scores\": [1, 0], \"temperature\": 0}", "temperature is 0")]
    [InlineData("{\"rewards\": [1, 2], \"scores\": [1, 0], \"source\": 3}", "\"source\" is 3")]
    [InlineData("{\"rewards\": [1, 2], \"scores\": [1, 0], \"source\": \"\\ud800\"}", "surrogate")]
    [InlineData("{\"rewards\": [1, 2], \"scores\": [1, 0]", "not valid JSON")]
    [InlineData("5", "5 instead of an object")]
    public void A_bad_record_is_an_error_with_file_and_line_and_the_others_are_kept(string line, string problem)
    {
        const string good = "{\"rewards\": [1, 0], \"scores\": [1, 0]}";
        var content = Read($"{good}\n\n{line}\n{good}\n", "d.jsonl");
        Assert.Equal(2, content.Predictions.Count);
        var error = Assert.Single(content.Errors);
        Assert.Equal(3, error.Line);
        Assert.StartsWith($"{folder.File("d.jsonl")}:3: ", error.ToString());
        Assert.Contains(problem, error.Problem);
    }

    [Fact]
    public void A_bad_record_of_an_array_has_its_number()
    {
        var content = Read("[{\"rewards\": [1], \"scores\": [1]},\n {\"rewards\": [1]}]", "a.json");
        Assert.Equal(2, Assert.Single(content.Errors).Line);
        Assert.Contains(
            "not valid JSON",
            Assert.Single(Read("[{\"rewards\": [1], \"scores\": [1]},", "b.json").Errors).Problem
        );
        Assert.Contains("NaN", Assert.Single(Read("[{\"rewards\": [NaN], \"scores\": [1]}]", "c.json").Errors).Problem);
    }

    [Fact]
    public void What_is_no_text_or_not_there_is_a_sentence()
    {
        File.WriteAllBytes(folder.File("x.jsonl"), [(byte)'{', 0xff, 0xfe, (byte)'}']);
        Assert.Contains(
            "x.jsonl",
            Assert.Throws<ConcordException>(() => ScoresFile.Read(folder.File("x.jsonl"))).Message
        );
        Assert.Contains(
            "does not exist",
            Assert.Throws<ConcordException>(() => ScoresFile.Read(folder.File("none.jsonl"))).Message
        );
        Assert.Throws<ConcordException>(() => ScoresFile.Read(folder.Path));
        File.WriteAllBytes(folder.File("cut.gz"), Gzip("{\"rewards\": [1, 0], \"scores\": [1, 0]}\n")[..20]);
        Assert.Contains(
            "cut.gz",
            Assert.Throws<ConcordException>(() => ScoresFile.Read(folder.File("cut.gz"))).Message
        );
    }

    private ScoresFileContent Read(string text, string name)
    {
        File.WriteAllBytes(
            folder.File(name),
            name.EndsWith(".gz", StringComparison.Ordinal) ? Gzip(text) : Encoding.UTF8.GetBytes(text)
        );
        return ScoresFile.Read(folder.File(name));
    }

    private static byte[] Gzip(string text)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return buffer.ToArray();
    }

    private static string Flat(Prediction p) =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{p.Source}|{string.Join(',', p.Rewards.Select(BitConverter.DoubleToInt64Bits))}|{string.Join(',', p.Scores.Select(BitConverter.DoubleToInt64Bits))}|{p.PromptId}|{p.File}|{p.Line}|{(p.Lengths is null ? "" : string.Join(',', p.Lengths))}|{p.Temperature}|{p.Annotator}"
        );
}
