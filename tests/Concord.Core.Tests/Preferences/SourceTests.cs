using System.Globalization;
using System.Text;
using Concord.Preferences.Readers;
using Xunit;

namespace Concord.Tests.Preferences;

/// <summary>Whose preference a record is: the rule, and what is said where it merges or splits.</summary>
public sealed class SourceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Write(string name, int records, Func<int, string> source)
    {
        var path = folder.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var lines = new StringBuilder();
        for (var at = 0; at < records; at++)
            lines.AppendLine(
                CultureInfo.InvariantCulture,
                $$"""{"prompt":"{{name}} {{at}}","chosen":"a","rejected":"b"{{source(at)}}}"""
            );
        File.WriteAllText(path, lines.ToString());
        return path;
    }

    private static string[] Sources(params IEnumerable<ReadResult> results) =>
        [.. results.SelectMany(result => result.Comparisons).Select(one => one.Source).Distinct()];

    [Theory]
    [InlineData("source")]
    [InlineData("subset")]
    [InlineData("dataset")]
    public void A_column_of_few_and_frequent_values_is_the_source(string column)
    {
        var path = Write("x.jsonl", 40, at => $",\"{column}\":\"s{at % 2}\"");
        var read = PreferenceFile.Read(path);
        Assert.Equal(["s0", "s1"], Sources(read));
        Assert.Empty(read.Notes);
        Assert.Equal(
            ["s0", "s1"],
            PreferenceFile.Stream(path).SelectMany(record => record.Comparisons).Select(one => one.Source).Distinct()
        );
    }

    [Theory]
    [InlineData(39, 2, "a value of 19 records")]
    [InlineData(1100, 51, "more than 50 values")]
    public void A_column_of_many_or_rare_values_is_not_and_a_line_says_so(int records, int values, string why)
    {
        var path = Write("x.jsonl", records, at => $",\"source\":\"s{at % values}\"");
        var read = PreferenceFile.Read(path);
        Assert.Equal(["x"], Sources(read));
        var note = Assert.Single(read.Notes);
        Assert.Contains(why, note, StringComparison.Ordinal);
        Assert.Contains("--source-field source", note, StringComparison.Ordinal);
        Assert.Equal(values, Sources(PreferenceFile.Read(path, new ReadOptions { SourceField = "source" })).Length);
        Assert.Equal(["mine"], Sources(PreferenceFile.Read(path, new ReadOptions { Source = "mine" })));
    }

    [Fact]
    public void The_first_column_found_counts_and_an_objective_comes_before_all()
    {
        var path = Write("x.jsonl", 40, at => $",\"subset\":\"t{at % 2}\",\"source\":\"u{at}\"");
        Assert.Equal(["x"], Sources(PreferenceFile.Read(path)));
        path = Write("y.jsonl", 3, at => $",\"objective\":\"o{at}\",\"source\":\"u\"");
        Assert.Equal(["o0", "o1", "o2"], Sources(PreferenceFile.Read(path)));
    }

    [Fact]
    public void Files_of_one_name_in_two_folders_have_their_folders_names()
    {
        var cases = Shared.Path("cases", "same-file-name-one-source");
        string[] files =
        [
            Path.Combine(cases, "helpful-base", "train.jsonl.gz"),
            Path.Combine(cases, "harmless-base", "train.jsonl.gz"),
        ];
        Assert.Equal(["helpful-base", "harmless-base"], Sources(PreferenceFiles.Read(files)));
        Assert.Equal(["train"], Sources(PreferenceFiles.Read(files[..1])));
    }

    [Fact]
    public void Names_go_up_until_they_differ_or_are_asked_for()
    {
        string[] files = [Write("a/v1/train.json", 1, _ => ""), Write("b/v1/train.jsonl", 1, _ => "")];
        Assert.Equal(["a", "b"], Sources(PreferenceFiles.Read(files)));
        string[] alike = [Write("c/train.json", 1, _ => ""), Write("c/train.jsonl", 1, _ => "")];
        var error = Assert.Throws<ConcordException>(() => PreferenceFiles.Read(alike));
        Assert.Contains("would all be the source 'train'", error.Message, StringComparison.Ordinal);
        Assert.Equal(["mine"], Sources(PreferenceFiles.Read(alike, new ReadOptions { Source = "mine" })));
    }

    [Fact]
    public void Shards_are_one_source_and_it_is_said()
    {
        string[] files =
        [
            Write("train-00000-of-00002.jsonl", 15, at => ",\"source\":\"s\""),
            Write("train-00001-of-00002.jsonl", 15, at => ",\"source\":\"s\""),
        ];
        var read = PreferenceFiles.Read(files);
        Assert.Equal(["s"], Sources(read)); // 30 records in both
        Assert.Contains("shards of one data set", Assert.Single(read[1].Notes), StringComparison.Ordinal);
        files =
        [
            Write("o/data/train-00000-of-00001.jsonl", 1, _ => ""),
            Write("p/data/train-00000-of-00001.jsonl", 1, _ => ""),
        ];
        Assert.Equal(["o", "p"], Sources(PreferenceFiles.Read(files)));
    }

    [Theory]
    [InlineData("train-00000-of-00002.parquet", "train")]
    [InlineData("train-00000-of-00002-0123456789abcdef.parquet", "train")]
    [InlineData("part-00000-1b2c3d4e-0000-0000-0000-000000000000.c000.snappy.parquet", "part")]
    [InlineData("default/train/0000.parquet", "train")]
    [InlineData("helpful.csv.zst", "helpful")]
    [InlineData("-", "stdin")]
    public void Names_of_shards_and_tables(string file, string source) => Assert.Equal(source, SourceName.OfFile(file));

    [Fact]
    public void What_merges_or_nearly_does_is_said()
    {
        string[] files =
        [
            Write("a.jsonl", 20, _ => ",\"source\":\"math\""),
            Write("b.jsonl", 40, at => $",\"source\":\"{(at % 2 == 0 ? "math" : "Math")}\""),
        ];
        var notes = PreferenceFiles.Read(files)[1].Notes;
        Assert.Contains(notes, note => note.Contains("all give the source 'math'", StringComparison.Ordinal));
        Assert.Contains(notes, note => note.Contains("spelt nearly alike", StringComparison.Ordinal));
    }

    [Fact]
    public void Records_without_the_named_column_are_told()
    {
        var path = Write("x.jsonl", 3, at => at == 1 ? "" : ",\"team\":\"t\"");
        var read = PreferenceFile.Read(path, new ReadOptions { SourceField = "team" });
        Assert.Equal(["t", "x"], Sources(read));
        Assert.Contains("1 records do not have", Assert.Single(read.Notes), StringComparison.Ordinal);
        var error = Assert.Throws<ConcordException>(() =>
            PreferenceFile.Read(path, new ReadOptions { SourceField = "teem" })
        );
        Assert.Contains("Did you mean team?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dialogues_that_share_no_question_are_not_one_prompt()
    {
        var read = PreferenceFile.Read(Shared.Path("cases", "empty-prompt-one-id", "pairs.jsonl"));
        Assert.Equal(100, read.Comparisons.Select(one => one.PromptId).Distinct().Count());
        // nor are those that share a system's message only; in either spelling the same
        const string messages =
            """{"chosen":[{"role":"system","content":"s"},{"role":"user","content":"q1"},{"role":"assistant","content":"a"}],"rejected":[{"role":"system","content":"s"},{"role":"user","content":"q2"},{"role":"assistant","content":"b"}]}""";
        Assert.NotEqual(
            ReaderTests.Read(messages).Comparisons[0].PromptId,
            ReaderTests.Read(messages.Replace("q2", "q3", StringComparison.Ordinal)).Comparisons[0].PromptId
        );
        const string first = """{"chosen":"Human: x\n\nAssistant: a","rejected":"Human: y\n\nAssistant: b"}""";
        const string second = """{"text":["Human: x\n\nAssistant: a","Human: y\n\nAssistant: b"],"score":[1,0]}""";
        Assert.Equal(ReaderTests.Read(first).Comparisons[0].PromptId, ReaderTests.Read(second).Comparisons[0].PromptId);
    }
}
