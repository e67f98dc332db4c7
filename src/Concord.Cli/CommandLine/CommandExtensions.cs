using System.CommandLine;
using System.Runtime.CompilerServices;
using Concord.Cli.Terminals;

namespace Concord.Cli.CommandLine;

/// <summary>
/// What every command of Concord has beyond System.CommandLine's: examples in its help, and a handler that is given the
/// terminal.
/// </summary>
internal static class CommandExtensions
{
    private static readonly ConditionalWeakTable<Command, string[]> ExamplesOf = [];
    private static readonly ConditionalWeakTable<Command, Func<string>> NotesOf = [];

    /// <summary>
    /// Gives a command the examples that its help ends with: whole command lines, the most useful first.
    /// </summary>
    public static Command WithExamples(this Command command, params string[] examples)
    {
        ExamplesOf.AddOrUpdate(command, examples);
        return command;
    }

    /// <summary>Gives a command a paragraph that its help has before the examples, made when it is shown.</summary>
    public static Command WithNote(this Command command, Func<string> note)
    {
        NotesOf.AddOrUpdate(command, note);
        return command;
    }

    /// <summary>The paragraph of a command's help, or null.</summary>
    public static string? Note(this Command command) => NotesOf.TryGetValue(command, out var note) ? note() : null;

    /// <summary>The examples of a command; none were given where empty.</summary>
    public static IReadOnlyList<string> Examples(this Command command) =>
        ExamplesOf.TryGetValue(command, out var examples) ? examples : [];

    /// <summary>Sets what a command does. It runs on the calling thread (libtorch's scopes belong to a thread) and
    /// returns an exit code (<see cref="ExitCodes"/>).</summary>
    /// <remarks>
    /// The token is cancelled by the first Ctrl-C: finish cleanly and return <see cref="ExitCodes.Interrupted"/>, or
    /// let an <see cref="OperationCanceledException"/> pass. Errors of the user are thrown as
    /// <see cref="ConcordException"/> or <see cref="UsageException"/>.
    /// </remarks>
    public static Command Handle(this Command command, Func<ParseResult, Terminal, CancellationToken, int> handler)
    {
        command.SetAction(parse =>
        {
            var configuration = (TerminalConfiguration)parse.InvocationConfiguration;
            return handler(parse, configuration.Terminal, configuration.Cancellation);
        });
        return command;
    }
}
