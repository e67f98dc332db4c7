using Concord.Cli;
using Concord.Cli.Terminals;
using Xunit;

namespace Concord.Tests.Cli;

/// <summary>What others name things reaches a terminal as text and as nothing else.</summary>
public sealed class HostileTerminalTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Control_characters_of_a_source_are_written_out()
    {
        var file = folder.File("esc.jsonl");
        File.WriteAllText(
            file,
            "{\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"b\",\"source\":\"\\u001b[31mred\\u001b[0m\\n../../x\"}\n"
        );
        var (code, output, error) = ConcordCli.Run("data", file);
        Assert.Equal(ExitCodes.Done, code);
        Assert.DoesNotContain('\u001b', output + error);
        Assert.DoesNotContain("\n../../x", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Control_characters_of_a_file_and_of_an_argument_are_written_out()
    {
        var (_, output, error) = ConcordCli.Run("data", "no\u001b]0;title\u0007\nsuch\u202E file.jsonl");
        Assert.Equal("", output);
        Assert.Contains("no\\u001B]0;title\\u0007\\nsuch\\u202E file.jsonl does not exist", error);
        (_, _, error) = ConcordCli.Run("data", "x", "--op\u001btion");
        Assert.DoesNotContain('\u001b', error);
    }

    [Fact]
    public void Text_stays_as_it_is()
    {
        using var inner = new StringWriter { NewLine = "\n" };
        var plain = PlainWriter.Over(inner);
        Assert.Same(plain, PlainWriter.Over(plain));
        plain.Write("{\n\t\"ü\": 1\n}\n");
        plain.WriteLine("a\tb\r");
        plain.Write('\u009b');
        plain.Write("xy\u001bz".AsSpan());
        plain.WriteLine();
        Assert.Equal("{\n\t\"ü\": 1\n}\na\tb\\u000D\n\\u009Bxy\\u001Bz\n", inner.ToString());
    }

    [Fact]
    public void A_message_of_megabytes_is_shortened()
    {
        using var error = new StringWriter();
        Errors.Guard(
            new Terminal(TextWriter.Null, error),
            () => throw new ConcordException(new string('x', 1 << 20) + " the end.")
        );
        Assert.True(error.ToString().Length < 5000);
        Assert.EndsWith("the end.", error.ToString().TrimEnd());
    }
}
