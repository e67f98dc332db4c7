using Concord.Cli;
using Concord.Cli.Terminals;
using Xunit;

namespace Concord.Tests.Cli;

public class ErrorTests
{
    public static TheoryData<Exception, int, string> Cases =>
        new()
        {
            { new ConcordException("a.jsonl, line 3: no responses."), 1, "error: a.jsonl, line 3: no responses.\n" },
            { new UsageException("Nothing to do."), 2, "error: Nothing to do.\n" },
            { new FileNotFoundException("Could not find file 'x'."), 1, "error: Could not find file 'x'.\n" },
            { new AggregateException(new ConcordException("one.")), 1, "error: one.\n" },
            {
                new InvalidOperationException("odd\n   at native frame"),
                1,
                "error: InvalidOperationException: odd. This is a defect of Concord: please report it with the "
                    + "command that led to it.\n"
            },
            {
                new InsufficientMemoryException(),
                1,
                "error: There is not enough memory: take smaller batches, a shorter maximum length or a smaller "
                    + "model.\n"
            },
            { new IOException("Broken pipe", 32), 0, "" },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_exception_becomes_a_sentence_and_an_exit_code(Exception exception, int code, string written)
    {
        using StringWriter error = new() { NewLine = "\n" };
        Assert.Equal(code, Errors.Guard(new Terminal(TextWriter.Null, error), () => throw exception));
        Assert.Equal(written, error.ToString());
    }

    [Fact]
    public void A_cancelled_command_is_interrupted_and_a_cancellation_of_its_own_making_is_a_defect()
    {
        using StringWriter error = new() { NewLine = "\n" };
        var terminal = new Terminal(TextWriter.Null, error);
        Assert.Equal(
            ExitCodes.Interrupted,
            Errors.Guard(terminal, () => throw new OperationCanceledException(), new CancellationToken(canceled: true))
        );
        Assert.Equal("interrupted\n", error.ToString());
        Assert.Equal(ExitCodes.Failed, Errors.Guard(terminal, () => throw new OperationCanceledException()));
    }

    [Fact]
    public void The_first_signal_cancels_and_the_second_ends_the_process()
    {
        var ended = new List<int>();
        using var interruption = new Interruption(ended.Add);
        Assert.False(interruption.Token.IsCancellationRequested);
        interruption.Receive();
        Assert.True(interruption.Token.IsCancellationRequested);
        Assert.Empty(ended);
        interruption.Receive();
        Assert.Equal([ExitCodes.Interrupted], ended);
    }
}
