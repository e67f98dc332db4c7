using Concord.Preferences;
using Concord.Preferences.Readers;
using Parquet;
using Parquet.Serialization;
using Xunit;

namespace Concord.Tests.Preferences;

public class ParquetTests
{
    public sealed class Turn
    {
        public string? role { get; set; }
        public string? content { get; set; }
    }

    public sealed class Dialogues
    {
        public string? prompt { get; set; }
        public List<Turn>? chosen { get; set; }
        public List<Turn>? rejected { get; set; }
        public double? score_chosen { get; set; }
        public double? score_rejected { get; set; }
    }

    public sealed class Ids
    {
        public List<int>? prompt_ids { get; set; }
        public List<long>? chosen_ids { get; set; }
        public List<int>? rejected_ids { get; set; }
        public float? margin { get; set; }
    }

    public sealed class Texts
    {
        public string? prompt { get; set; }
        public string? chosen { get; set; }
        public string? rejected { get; set; }
    }

    private static async Task<MemoryStream> Write<T>(int rowsInGroup, params T[] rows)
        where T : class, new()
    {
        var memory = new MemoryStream();
        await ParquetSerializer.SerializeAsync(rows, memory, new ParquetOptions { RowGroupSize = rowsInGroup });
        memory.Position = 0;
        return memory;
    }

    [Fact]
    public async Task Lists_of_messages_come_back_from_several_row_groups()
    {
        var rows = Enumerable
            .Range(0, 7)
            .Select(row => new Dialogues
            {
                prompt = $"q{row}",
                chosen =
                [
                    new Turn { role = "user", content = $"q{row}" },
                    new Turn { role = "assistant", content = $"good {row}" },
                ],
                rejected =
                [
                    new Turn { role = "user", content = $"q{row}" },
                    new Turn { role = "assistant", content = row == 3 ? "" : "bad" },
                ],
                score_chosen = 5,
                score_rejected = row == 2 ? 5 : 1.5,
            })
            .ToArray();
        var result = PreferenceFile.Read(await Write(3, rows), "train.parquet");
        Assert.Equal("trl", result.Format.Name);
        Assert.Empty(result.Problems);
        Assert.Equal(Enumerable.Range(1, 7), result.Comparisons.Select(comparison => comparison.Origin.Line));
        for (var row = 0; row < 7; row++)
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

    [Fact]
    public async Task Texts_and_nulls()
    {
        var result = PreferenceFile.Read(
            await Write(
                100,
                new Texts
                {
                    prompt = "p 😀",
                    chosen = "a",
                    rejected = "b",
                },
                new Texts { prompt = "p", chosen = "a" }
            ),
            "x.parquet"
        );
        Assert.Equal("p 😀", Assert.Single(result.Comparisons).Prompt[0].Content);
        Assert.Equal("x.parquet:2: \"rejected\" is missing.", Assert.Single(result.Problems).ToString());
    }

    [Fact]
    public async Task Token_ids_of_any_width()
    {
        var result = PreferenceFile.Read(
            await Write(
                100,
                new Ids
                {
                    prompt_ids = [1, 2],
                    chosen_ids = [3],
                    rejected_ids = [],
                    margin = 0.5f,
                },
                new Ids { chosen_ids = [3, 4], rejected_ids = [5] }
            ),
            "x.parquet"
        );
        Assert.Equal("token-ids", result.Format.Name);
        Assert.Empty(result.Problems);
        Assert.Equal([1, 2], result.Comparisons[0].PromptTokenIds);
        Assert.Equal(0.5, result.Comparisons[0].Margin);
        Assert.Equal([3, 4], result.Comparisons[1].Responses[0].TokenIds);
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
