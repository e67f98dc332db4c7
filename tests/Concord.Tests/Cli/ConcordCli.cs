using Concord.Cli;
using Concord.Cli.Terminals;

namespace Concord.Tests.Cli;

/// <summary>Runs <c>concord</c> in this process and keeps what it writes.</summary>
internal static class ConcordCli
{
    /// <summary>Runs one command line as if output were piped: 80 columns, no colours, no rewriting.</summary>
    public static Result Run(params string[] arguments) => Run(default, arguments);

    /// <summary>Runs one command line that <paramref name="cancellation"/> can interrupt as Ctrl-C does.</summary>
    public static Result Run(CancellationToken cancellation, params string[] arguments)
    {
        using StringWriter output = new() { NewLine = "\n" },
            error = new() { NewLine = "\n" };
        var code = ConcordApplication.Run(arguments, new Terminal(output, error), cancellation);
        return new Result(code, output.ToString(), error.ToString());
    }

    /// <summary>What a run returned and wrote.</summary>
    internal sealed record Result(int Code, string Out, string Error)
    {
        /// <summary>The lines of standard output.</summary>
        public string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        /// <summary>Asserts that the run was done, and says what it wrote where it was not.</summary>
        public Result MustBeDone()
        {
            Xunit.Assert.True(Code == ExitCodes.Done, $"exit code {Code}\n{Error}\n{Out}");
            return this;
        }

        /// <summary>
        /// Asserts that the run ended with <paramref name="code"/> and one sentence that contains every fragment, and
        /// without a stack trace.
        /// </summary>
        public Result MustFail(int code, params string[] fragments)
        {
            Xunit.Assert.True(Code == code, $"exit code {Code} instead of {code}\n{Error}\n{Out}");
            Xunit.Assert.Contains("error: ", Error);
            Xunit.Assert.DoesNotContain("   at ", Error);
            foreach (var fragment in fragments)
                Xunit.Assert.Contains(fragment, Error);
            return this;
        }

        /// <summary>Asserts that the run ended with <paramref name="code"/> and said every fragment.</summary>
        public Result MustBeSaid(int code, params string[] fragments)
        {
            Xunit.Assert.True(Code == code, $"exit code {Code} instead of {code}\n{Error}\n{Out}");
            foreach (var fragment in fragments)
                Xunit.Assert.Contains(fragment, Error);
            return this;
        }
    }
}
