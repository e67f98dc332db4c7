using Concord.Cli;
using Xunit;

namespace Concord.Tests.Cli;

/// <summary><c>--columns</c> and <c>--source-field</c> on the command line.</summary>
public sealed class ColumnOptionsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Table()
    {
        var path = folder.File("pairs.csv");
        File.WriteAllText(path, "nr,Frage,gut,schlecht,team\n1,\"Wie, bitte?\",ja,nein,rot\n2,Was?,ja,nein,blau\n");
        return path;
    }

    [Fact]
    public void An_unknown_table_is_told_with_a_mapping_that_then_reads_it()
    {
        ConcordCli
            .Run("data", Table())
            .MustFail(ExitCodes.Failed, "--columns prompt=Frage,chosen=gut,rejected=schlecht");
        var result = ConcordCli
            .Run("data", Table(), "--columns", "prompt=Frage,chosen=gut,rejected=schlecht", "--source-field", "team")
            .MustBeDone();
        Assert.Matches("rot +1 +1", result.Out);
        Assert.Matches("blau +1 +1", result.Out);
        Assert.Contains("pairs.csv: left aside as bookkeeping: nr", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_that_are_not_used_are_told_file_by_file()
    {
        var path = folder.File("x.jsonl");
        File.WriteAllLines(
            path,
            Enumerable.Repeat("""{"prompt":"p","chosen":"a","rejected":"b","documents":["d"]}""", 120)
        );
        var result = ConcordCli.Run("data", path).MustBeDone();
        Assert.Contains("x.jsonl: columns not used: documents (120 records)", result.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--columns", "promt=Frage", "did you mean prompt?")]
    [InlineData("--columns", "Frage", "FIELD=COLUMN")]
    [InlineData("--source-field", "", "--source-field is empty")]
    public void What_is_no_mapping_is_blamed_on_the_command_line(string option, string value, string words) =>
        ConcordCli.Run("data", Table(), option, value).MustFail(ExitCodes.Usage, words);
}
