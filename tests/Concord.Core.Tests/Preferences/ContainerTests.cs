using System.Globalization;
using System.IO.Compression;
using System.Text;
using Concord.Preferences;
using Concord.Preferences.Readers;
using Xunit;

namespace Concord.Tests.Preferences;

/// <summary>Tables, compressed files, objects without brackets, and what is no file of ours.</summary>
public sealed class ContainerTests
{
    private static ReadResult Read(string content, string name, ReadOptions? options = null) =>
        ReaderTests.Read(content, name, options);

    [Theory]
    [InlineData("x.csv", "prompt,chosen,rejected\nCaf\u00E9?,yes,no\nTea?,yes,no\n")]
    [InlineData("x.jsonl", "{\"prompt\": \"Caf\u00E9?\", \"chosen\": \"yes\", \"rejected\": \"no\"}\n")]
    public void Bytes_that_are_no_utf8_are_counted(string name, string content)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File(name);
        File.WriteAllBytes(file, Encoding.Latin1.GetBytes(content));
        var read = PreferenceFile.Read(file);
        Assert.Empty(read.Problems);
        Assert.Contains(read.Notes, note => note.Contains("1 record holds bytes that are not UTF-8"));
        File.WriteAllText(file, content);
        Assert.Empty(PreferenceFile.Read(file).Notes);
    }

    [Fact]
    public void Records_below_a_key_are_told_where_they_are()
    {
        var error = Assert.Throws<ConcordException>(() =>
            Read("""{"train": [{"question_x": "Q", "good": "a", "bad": "b"}], "test": []}""", "x.json")
        );
        Assert.Contains("below \"train\"", error.Message);
        Assert.DoesNotContain("--columns", error.Message);
    }

    [Theory]
    [InlineData("x.csv", "id,prompt,chosen,rejected\r\n1,\"p, \"\"q\"\"\nr\",a,b\r\n2,p,a,b\r\n")]
    [InlineData("x.csv", "id;prompt;chosen;rejected\n1;\"p, \"\"q\"\"\nr\";a;b\n2;p;a;b")]
    [InlineData("x.tsv", "id\tprompt\tchosen\trejected\n1\t\"p, \"\"q\"\"\nr\"\ta\tb\n2\tp\ta\tb\n")]
    [InlineData("x", "\uFEFFid,prompt,chosen,rejected\n1,\"p, \"\"q\"\"\nr\",a,b\n2,p,a,b\n")]
    public void Tables_are_read(string name, string content)
    {
        var read = Read(content, name);
        Assert.Equal("trl", read.Format.Name);
        Assert.Empty(read.Problems);
        Assert.Equal("p, \"q\"\nr", read.Comparisons[0].Prompt[0].Content.ReplaceLineEndings("\n"));
        Assert.Equal([2, 4], read.Comparisons.Select(one => one.Origin.Line));
        Assert.Equal("x", read.Comparisons[0].Source);
    }

    [Fact]
    public void A_bad_row_costs_only_itself()
    {
        var read = Read("prompt,chosen,rejected\np,a,b\np,a\np,,b\np,\"[{'role': 'user'}]\",b\np,a,b\n", "x.csv");
        Assert.Equal([2, 6], read.Comparisons.Select(one => one.Origin.Line));
        Assert.Equal([3, 4, 5], read.Problems.Select(one => one.Line));
        Assert.Contains("2 fields where the first line names 3", read.Problems[0].Message, StringComparison.Ordinal);
        Assert.Contains("\"chosen\" is missing", read.Problems[1].Message, StringComparison.Ordinal);
        Assert.Contains("as Python prints it", read.Problems[2].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quote_that_is_never_closed_is_told_with_how_far_it_goes()
    {
        var read = Read("prompt,chosen,rejected\np,a,b\np,\"a,b\np,a,b\np,a,b\n", "x.csv");
        Assert.Single(read.Comparisons);
        Assert.Equal(3, Assert.Single(read.Problems).Line);
        Assert.Contains("the row goes on to line", read.Problems[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_and_messages_in_a_table()
    {
        var read = Read(
            "prompt,response_a,response_b,winner_model_a,winner_model_b,winner_tie\n"
                + "\"[\"\"q\"\",\"\"r\"\"]\",\"[\"\"a\"\",\"\"b\"\"]\",\"[\"\"c\"\",\"\"d\"\"]\",0,1,0\n",
            "arena.csv"
        );
        var comparison = Assert.Single(read.Comparisons);
        Assert.Equal([0, 1], comparison.Scores);
        Assert.Equal("q", Assert.Single(comparison.Prompt).Content);
        Assert.Equal(["a", "r", "b"], comparison.Responses[0].Messages.Select(turn => turn.Content));
        read = Read(
            "prompt,chosen,rejected\n\"[{\"\"role\"\":\"\"user\"\",\"\"content\"\":\"\"q\"\"}]\",a,b\n",
            "x.csv"
        );
        Assert.Equal([new Message(Roles.User, "q")], read.Comparisons[0].Prompt);
    }

    [Theory]
    [InlineData("commas_jsonl.jsonl")]
    [InlineData("commas_between_pretty_objects.json")]
    public void Objects_separated_by_commas_are_read(string file)
    {
        var read = PreferenceFile.Read(Shared.Path("cases", "hostile", file));
        Assert.Empty(read.Problems);
        Assert.Equal(["a", "d"], read.Comparisons.Select(one => one.Prompt[0].Content));
    }

    [Theory]
    [InlineData("{0}, {0}, {0}")]
    [InlineData("{0},{0}\n,{0}")]
    [InlineData("{0} {0}{0}")]
    [InlineData("{0},\n\n{0},\r\n{0},,\n")]
    public void Objects_in_a_row_are_read_however_they_are_parted(string template)
    {
        var read = Read(
            template.Replace("{0}", """{"prompt":"p","chosen":"a","rejected":"b"}""", StringComparison.Ordinal),
            "x"
        );
        Assert.Equal((3, 0), (read.Comparisons.Count, read.Problems.Count));
    }

    [Fact]
    public void Zstd_is_unpacked_and_a_cut_file_is_a_problem()
    {
        var lines = new StringBuilder();
        for (var at = 0; at < 5_000; at++)
            lines.AppendLine(
                CultureInfo.InvariantCulture,
                $$"""{"prompt":"{{Guid.NewGuid()}}","chosen":"a","rejected":"b"}"""
            );
        using var packed = new MemoryStream();
        using (var zstd = new ZstdSharp.CompressionStream(packed, leaveOpen: true))
            zstd.Write(Encoding.UTF8.GetBytes(lines.ToString()));
        var whole = packed.ToArray();
        Assert.Equal(5_000, PreferenceFile.Read(new MemoryStream(whole), "x.jsonl.zst").Comparisons.Count);
        var cut = PreferenceFile.Read(new MemoryStream(whole[..(whole.Length * 3 / 4)]), "x.jsonl.zst");
        Assert.Contains(cut.Problems, problem => problem.Message.Contains("cut off", StringComparison.Ordinal));
        Assert.InRange(cut.Comparisons.Count, 1, 4_999);
    }

    [Fact]
    public void A_table_may_be_compressed()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write("prompt,chosen,rejected\np,a,b\n"u8);
        packed.Position = 0;
        Assert.Single(PreferenceFile.Read(packed, "x.csv.gz").Comparisons);
    }

    [Fact]
    public void What_cannot_be_gone_back_in_is_read_all_the_same()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write("""{"prompt":"p","chosen":"a","rejected":"b"}"""u8);
        packed.Position = 0;
        using var pipe = new BufferedStream(new GZipStream(packed, CompressionMode.Decompress));
        Assert.False(pipe.CanSeek);
        Assert.Single(PreferenceFile.Read(pipe, "-").Comparisons);
    }

    [Fact]
    public void A_copy_of_a_pipe_leaves_no_file_behind_even_where_nobody_closes_it()
    {
        using var copy = Concord.Foundation.TemporaryCopy.Of(new MemoryStream([1, 2, 3]));
        Assert.Equal(3, copy.Length);
        Assert.Equal(1, copy.ReadByte());
        if (!OperatingSystem.IsWindows())
            Assert.False(File.Exists(copy.Name));
    }

    [Fact]
    public void A_pointer_of_git_lfs_is_called_that()
    {
        var path = Shared.Path("cases", "git-lfs-pointer-as-weights", "train.parquet");
        var error = Assert.Throws<ConcordException>(() => PreferenceFile.Read(path));
        Assert.Contains("git lfs pull", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<!DOCTYPE html><html>", "web page")]
    [InlineData("ARROW1\0\0", "Arrow")]
    [InlineData("PK\u0003\u0004", "zip")]
    public void Other_files_are_called_what_they_are(string content, string word) =>
        Assert.Contains(
            word,
            Assert.Throws<ConcordException>(() => Read(content, "x.parquet")).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Damaged_files_cost_their_records_or_end_in_a_sentence()
    {
        var folder = Shared.Path("cases", "hostile", "fuzz");
        string[] files = [.. Directory.GetFiles(folder, "data-*"), .. Directory.GetFiles(folder, "data_gz-*")];
        Assert.NotEmpty(files);
        foreach (var file in files)
            try
            {
                var read = PreferenceFile.Read(file);
                Assert.NotEmpty(read.Comparisons);
            }
            catch (ConcordException error)
            {
                Assert.StartsWith(file, error.Message, StringComparison.Ordinal);
            }
    }

    [Fact]
    public void A_name_that_is_no_text_ends_nothing_where_the_file_may_be_one_array()
    {
        byte[] bytes = [.. "[{\""u8, 0xFF, .. "\":1}, {\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"b\"}]"u8];
        Assert.Single(PreferenceFile.Read(new MemoryStream(bytes), "x.json").Comparisons);
    }

    [Fact]
    public void A_half_surrogate_in_a_name_costs_no_more_than_its_record()
    {
        const string good = """{"prompt":"p","chosen":"a","rejected":"b"}""";
        var read = Read(
            $"{good}\n{{\"\\ud800\":1,\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":{{\"\\ud800\":1}}}}\n{good}",
            "x.jsonl"
        );
        Assert.Equal([1, 3], read.Comparisons.Select(one => one.Origin.Line));
        Assert.Equal(2, Assert.Single(read.Problems).Line);
    }
}
