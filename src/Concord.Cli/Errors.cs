using System.Runtime.InteropServices;
using Concord.Cli.Terminals;
using Concord.Runs.Recipes;

namespace Concord.Cli;

/// <summary>Errors as a user sees them: one sentence on standard error and an exit code, never a stack trace.</summary>
internal static class Errors
{
    private const int BrokenPipe = 32; // EPIPE, as .NET puts it into HResult on Unix
    private const int Longest = 4000; // characters of a message

    /// <summary>Runs <paramref name="action"/>; an exception becomes a sentence and an exit code.</summary>
    public static int Guard(Terminal terminal, Func<int> action, CancellationToken cancellation = default)
    {
        try
        {
            var code = action();
            terminal.Flush();
            return code;
        }
#pragma warning disable CA1031 // the one place where every exception ends
        catch (Exception exception)
#pragma warning restore CA1031
        {
            var (code, message) = Describe(exception, cancellation);
            try
            {
                terminal.Out.Flush();
                if (message is not null)
                    terminal.Error.WriteLine(Shortened(message));
            }
            catch (IOException)
            {
                // The reader of a pipe is gone; there is nobody left to tell.
            }
            return code;
        }
    }

    /// <summary>
    /// The exit code and the sentence for an exception; no sentence where the reader of our output has simply gone
    /// away.
    /// </summary>
    public static (int Code, string? Message) Describe(Exception exception, CancellationToken cancellation = default) =>
        exception switch
        {
            AggregateException { InnerExceptions.Count: 1 } one => Describe(one.InnerExceptions[0], cancellation),
            UsageException or RecipeOverrideException => (ExitCodes.Usage, $"error: {exception.Message}"),
            ConcordException => (ExitCodes.Failed, $"error: {exception.Message}"),
            OperationCanceledException when cancellation.IsCancellationRequested => (
                ExitCodes.Interrupted,
                "interrupted"
            ),
            IOException { HResult: BrokenPipe } => (ExitCodes.Done, null),
            IOException or UnauthorizedAccessException => (ExitCodes.Failed, $"error: {Sentence(exception.Message)}"),
            OutOfMemoryException => (
                ExitCodes.Failed,
                "error: There is not enough memory: take smaller batches, a shorter maximum length or a smaller model."
            ),
            ExternalException when exception.Message.Contains("not enough memory", StringComparison.Ordinal) => (
                ExitCodes.Failed,
                "error: There is not enough memory for a tensor: take smaller batches, a shorter maximum length or "
                    + "a smaller model."
            ),
            _ => (
                ExitCodes.Failed,
                $"error: {exception.GetType().Name}: {Sentence(exception.Message)} This is a defect of Concord: "
                    + $"please report it with the command that led to it."
            ),
        };

    /// <summary>
    /// The last net, for what is thrown where nobody waits for it (a thread of its own, before or after a command): one
    /// sentence and the exit code, no trace.
    /// </summary>
    public static void CatchAll() =>
        AppDomain.CurrentDomain.UnhandledException += (_, failed) =>
        {
            var error = failed.ExceptionObject as Exception ?? new InvalidOperationException("An error of no kind.");
            var (code, message) = Describe(error);
            if (message is not null)
                PlainWriter.Over(Console.Error).WriteLine(Shortened(message));
            Environment.Exit(code);
        };

    // What a damaged file holds can be named by megabytes of it.
    private static string Shortened(string message) =>
        PlainWriter.OneLine(
            message.Length <= Longest ? message : $"{message[..(Longest / 2)]} [...] {message[^(Longest / 2)..]}"
        );

    /// <summary>The first line of a message (libtorch appends its call stack to it), ended by a full stop.</summary>
    private static string Sentence(string message)
    {
        var line = message.AsSpan().TrimStart();
        var end = line.IndexOfAny('\r', '\n');
        var first = (end < 0 ? line : line[..end]).TrimEnd().ToString();
        return first.Length > 0 && first[^1] is '.' or '!' or '?' ? first : first + ".";
    }
}
