using Concord.Preferences;
using Concord.Preferences.Readers;
using Xunit;

namespace Concord.Tests.Preferences;

public class ParquetTests
{
    [Fact]
    public void Lists_of_messages_come_back_from_several_row_groups_in_every_layout_of_pages()
    {
        foreach (var layout in ParquetFiles.Layouts)
        {
            var rows = Enumerable.Range(0, 7).ToArray();
            var file = ParquetFiles.Write(
                layout,
                rowsInGroup: 3,
                ("prompt", ParquetFiles.Texts([.. rows.Select(row => $"q{row}")])),
                (
                    "chosen",
                    ParquetFiles.Messages([
                        .. rows.Select(row => new[] { ("user", $"q{row}"), ("assistant", $"good {row}") }),
                    ])
                ),
                (
                    "rejected",
                    ParquetFiles.Messages([
                        .. rows.Select(row => new[] { ("user", $"q{row}"), ("assistant", row == 3 ? "" : "bad") }),
                    ])
                ),
                ("score_chosen", ParquetFiles.Numbers([.. rows.Select(_ => (double?)5)])),
                ("score_rejected", ParquetFiles.Numbers([.. rows.Select(row => (double?)(row == 2 ? 5 : 1.5))]))
            );
            var result = PreferenceFile.Read(file, "train.parquet");
            Assert.Equal("trl", result.Format.Name);
            Assert.Empty(result.Problems);
            Assert.Equal(Enumerable.Range(1, 7), result.Comparisons.Select(comparison => comparison.Origin.Line));
            foreach (var row in rows)
            {
                Assert.Equal([new Message("user", $"q{row}")], result.Comparisons[row].Prompt);
                Assert.Equal(
                    [$"good {row}", row == 3 ? "" : "bad"],
                    result.Comparisons[row].Responses.Select(response => response.Text)
                );
                Assert.Equal(row == 2 ? 0 : 1, result.Comparisons[row].StrictPairs);
            }
            Assert.Equal("train", result.Comparisons[0].Source);
        }
    }

    [Fact]
    public void Texts_and_nulls()
    {
        var file = ParquetFiles.Write(
            ParquetFiles.Layouts[0],
            rowsInGroup: 100,
            ("prompt", ParquetFiles.Texts("p 😀", "p")),
            ("chosen", ParquetFiles.Texts("a", "a")),
            ("rejected", ParquetFiles.Texts("b", null))
        );
        var result = PreferenceFile.Read(file, "x.parquet");
        Assert.Equal("p 😀", Assert.Single(result.Comparisons).Prompt[0].Content);
        Assert.Equal("x.parquet:2: \"rejected\" is missing.", Assert.Single(result.Problems).ToString());
    }

    [Fact]
    public void Token_ids_of_any_width()
    {
        var file = ParquetFiles.Write(
            ParquetFiles.Layouts[0],
            rowsInGroup: 100,
            ("prompt_ids", ParquetFiles.Ids([1, 2], null)),
            ("chosen_ids", ParquetFiles.LongIds([3], [3, 4])),
            ("rejected_ids", ParquetFiles.Ids([], [5])),
            ("margin", ParquetFiles.Numbers(0.5, null))
        );
        var result = PreferenceFile.Read(file, "x.parquet");
        Assert.Equal("token-ids", result.Format.Name);
        Assert.Empty(result.Problems);
        Assert.Equal([1, 2], result.Comparisons[0].PromptTokenIds);
        Assert.Equal(0.5, result.Comparisons[0].Margin);
        Assert.Equal([3, 4], result.Comparisons[1].Responses[0].TokenIds);
    }

    [Fact]
    public void Nulls_inside_lists_stay_where_they_are()
    {
        var path = Shared.Path("cases", "parquet-null-elements-shift");
        foreach (var name in (string[])["rows.parquet", "rows.jsonl"])
        {
            var error = Assert.Throws<ConcordException>(() => PreferenceFile.Read(Path.Combine(path, name)));
            Assert.Contains("none of the 3 records", error.Message, StringComparison.Ordinal);
            Assert.Contains($"{name}:1: \"responses\"", error.Message, StringComparison.Ordinal);
        }
        var file = ParquetFiles.Write(
            ParquetFiles.Layouts[1],
            rowsInGroup: 100,
            ("prompt", ParquetFiles.Texts("p", "p", "p")),
            ("responses", ParquetFiles.TextLists(["a", "b"], ["a", null, "c"], null)),
            ("scores", ParquetFiles.NumberLists([1, 0], [1, 2, 3], [1, null]))
        );
        var result = PreferenceFile.Read(file, "x.parquet");
        Assert.Equal(1, Assert.Single(result.Comparisons).Origin.Line);
        Assert.Equal([2, 3], result.Problems.Select(problem => problem.Line));
        Assert.Contains("\"responses\" holds null", result.Problems[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_the_Arrow_writer_that_Python_uses_are_read()
    {
        // Written by Apache Arrow's C++ library (ParquetSharp 25.0.1): list<struct<role, content>>, snappy,
        // dictionaries, five invented rows.
        const string file = """
            UEFSMRUEFTwVOEwVChUAEgAAHhQCAAAAcTAFBgAxBQYwMgIAAABxMwIAAABxNBUAFRYVGiwVChUQFQYVBgAACygCAAAACgEDA4hGABUEFSoVLkwVBBUAEgAAFVAEAAAAdXNlcgkAAABhc3Npc3Rhbn
            QVABUiFSYsFRQVEBUGFQYAABFAAwAAAAWqAgIAAAAUBAEFqgIVBBW+ARWCAUwVFBUAEgAAX0gCAAAAcTAJAAAAZ29vZCDDqSAwBRMAMS4TAAAxBRMAMi4TAAAyBRMAMy4TAAAzBRM0NAkAAABnb29k
            IMOpIDQVABUuFTIsFRQVEBUGFQYAABdYAwAAAAWqAgIAAAAUBAQFEDJUdpgAAAAVBBUqFS5MFQQVABIAABVQBAAAAHVzZXIJAAAAYXNzaXN0YW50FQAVIhUmLBUUFRAVBhUGAAARQAMAAAAFqgICAA
            AAFAQBBaoCFQQVUhVOTBUOFQASAAApMAIAAABxMAMAAABiYWQFDQAxBQZAMgAAAAACAAAAcTMCAAAAcTQVABUqFS4sFRQVEBUGFQYAABVQAwAAAAWqAgIAAAAUBAMFiDI2DgAAFQQVEBUUTBUCFQAS
            AAAIHAAAAAAAABRAFQAVEhUWLBUKFRAVBhUGAAAJIAIAAAAKAQEKABUEFSAVJEwVBBUAEgAAEDwAAAAAAADwPwAAAAAAABRAFQAVEhUWLBUKFRAVBhUGAAAJIAIAAAAKAQEDAhkRAhkYAnEwGRgCcT
            QVAhkWACkmAAoAGRECGRgJYXNzaXN0YW50GRgEdXNlchUCGRYAGSYKChlWAAAAABQAGRECGRgJZ29vZCDDqSAwGRgCcTQVAhkWABkmCgoZVgAAAAAUABkRAhkYCWFzc2lzdGFudBkYBHVzZXIVAhkW
            ABkmCgoZVgAAAAAUABkRAhkYABkYAnE0FQIZFgAZJgoKGVYAAAAAFAAZEQIZGAgAAAAAAAAUQBkYCAAAAAAAABRAFQIZFgApJgAKABkRAhkYCAAAAAAAAPA/GRgIAAAAAAAAFEAVAhkWACkmAAoAGR
            wWXBU8FgAAGRYUABkcFuIBFUgWAAAZFoIBABkcFswDFVQWAAAZFm4AGRwW6gQVSBYAABkWggEAGRwWnAYVUBYAABkWLAAZHBacBxU4FgAAABkcFpQIFTgWAAAAFQQZ7DUAGAZzY2hlbWEVCgAVDCUC
            GAZwcm9tcHQlAEwcAAAANQIYBmNob3NlbhUCFQZMPAAAADUEGARsaXN0FQIANQIYB2VsZW1lbnQVBAAVDCUCGARyb2xlJQBMHAAAABUMJQIYB2NvbnRlbnQlAEwcAAAANQIYCHJlamVjdGVkFQIVBk
            w8AAAANQQYBGxpc3QVAgA1AhgHZWxlbWVudBUEABUMJQIYBHJvbGUlAEwcAAAAFQwlAhgHY29udGVudCUATBwAAAAVCiUCGAxzY29yZV9jaG9zZW4AFQolAhgOc2NvcmVfcmVqZWN0ZWQAFgoZHBl8
            JgAcFQwZNQAGEBkYBnByb21wdBUCFgoWkAEWkAEmXCYIHDYAKAJxNBgCcTAREQAZLBUEFQAVAgAVABUQFQIAPBYUGQYZJgAKAAAWpAwVGhbMCBUuACYAHBUMGTUABhAZSAZjaG9zZW4EbGlzdAdlbG
            VtZW50BHJvbGUVAhYUFooBFpIBJuIBJpgBHDYAKAR1c2VyGAlhc3Npc3RhbnQREQAZLBUEFQAVAgAVABUQFQIAPBaCARkmCgoZVgAAAAAUAAAWvgwVHhb6CBVOACYAHBUMGTUABhAZSAZjaG9zZW4E
            bGlzdAdlbGVtZW50B2NvbnRlbnQVAhYUFq4CFvYBJswDJqoCHDYAKAJxNBgJZ29vZCDDqSAwEREAGSwVBBUAFQIAFQAVEBUCADwWbhkmCgoZVgAAAAAUAAAW3AwVHBbICRVKACYAHBUMGTUABhAZSA
            hyZWplY3RlZARsaXN0B2VsZW1lbnQEcm9sZRUCFhQWigEWkgEm6gQmoAQcNgAoBHVzZXIYCWFzc2lzdGFudBERABksFQQVABUCABUAFRAVAgA8FoIBGSYKChlWAAAAABQAABb4DBUeFpIKFU4AJgAc
            FQwZNQAGEBlICHJlamVjdGVkBGxpc3QHZWxlbWVudAdjb250ZW50FQIWFBa6ARa6ASacBiayBRw2ACgCcTQYABERABksFQQVABUCABUAFRAVAgA8FiwZJgoKGVYAAAAAFAAAFpYNFRwW4AoVOAAmAB
            wVChk1AAYQGRgMc2NvcmVfY2hvc2VuFQIWChZgFmgmnAcm7AYcGAgAAAAAAAAUQBgIAAAAAAAAFEAWACgIAAAAAAAAFEAYCAAAAAAAABRAEREAGSwVBBUAFQIAFQAVEBUCADwpBhkmAAoAABayDRUW
            FpgLFUYAJgAcFQoZNQAGEBkYDnNjb3JlX3JlamVjdGVkFQIWChZwFngmlAgm1AccGAgAAAAAAAAUQBgIAAAAAAAA8D8WACgIAAAAAAAAFEAYCAAAAAAAAPA/EREAGSwVBBUAFQIAFQAVEBUCADwpBh
            kmAAoAABbIDRUWFt4LFUYAFtwIFgomCBbECAAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjUuMC4xGXwcAAAcAAAcAAAcAAAcAAAcAAAcAAAAXwQAAFBBUjE=
            """;
        var result = PreferenceFile.Read(new MemoryStream(Convert.FromBase64String(file)), "arrow.parquet");
        Assert.Equal("trl", result.Format.Name);
        Assert.Empty(result.Problems);
        Assert.Equal(
            Enumerable.Range(0, 5).Select(row => $"good é {row}"),
            result.Comparisons.Select(comparison => comparison.Responses[0].Text)
        );
        Assert.Equal(
            ["bad", "bad", "", "bad", "bad"],
            result.Comparisons.Select(comparison => comparison.Responses[1].Text)
        );
        Assert.Equal([1, 0, 1, 1, 1], result.Comparisons.Select(comparison => comparison.StrictPairs));
        Assert.Equal("q4", result.Comparisons[4].Prompt[0].Content);
    }
}
