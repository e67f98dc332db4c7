using System.Text;

namespace Concord.Cli.Terminals;

/// <summary>
/// Where a command writes. Commands are given one instead of using <see cref="Console"/>, so tests read what users see.
/// </summary>
/// <param name="Out">Results. Not flushed by itself where it is a file or a pipe: flush after a line that somebody may
/// be waiting for.</param>
/// <param name="Error">Log lines, progress and errors.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error)
{
    /// <inheritdoc cref="Terminal(TextWriter, TextWriter)" path="/param[@name='Out']"/>
    public TextWriter Out
    {
        get;
        init => field = PlainWriter.Over(value);
    } = PlainWriter.Over(Out);

    /// <inheritdoc cref="Terminal(TextWriter, TextWriter)" path="/param[@name='Error']"/>
    public TextWriter Error
    {
        get;
        init => field = PlainWriter.Over(value);
    } = PlainWriter.Over(Error);

    /// <summary><see cref="Error"/> for what rewrites a line, which takes the terminal's codes.</summary>
    public TextWriter Codes => ((PlainWriter)Error).Inner;

    /// <summary>Columns of everything that is not written to a terminal.</summary>
    public const int PlainWidth = 80;

    /// <summary>Columns to fill at most.</summary>
    public int Width { get; init; } = PlainWidth;

    /// <summary>Whether <see cref="Out"/> is a terminal with a person before it.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>
    /// Whether <see cref="Error"/> is a terminal with a person before it: progress may then rewrite its line.
    /// </summary>
    public bool IsErrorInteractive { get; init; }

    /// <summary>Whether terminals may be written to in colors.</summary>
    public bool HasColors { get; init; }

    /// <summary>The clock of rates and remaining times.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The terminal of this process.</summary>
    public static Terminal OfProcess()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var plain = Environment.GetEnvironmentVariable("TERM") == "dumb";
        var interactive = !Console.IsOutputRedirected && !plain;
        return new Terminal(
            new StreamWriter(Console.OpenStandardOutput(), utf8, 1 << 15) { AutoFlush = interactive, NewLine = "\n" },
            new StreamWriter(Console.OpenStandardError(), utf8, 1 << 10) { AutoFlush = true, NewLine = "\n" }
        )
        {
            IsInteractive = interactive,
            IsErrorInteractive = !Console.IsErrorRedirected && !plain,
            // https://no-color.org
            HasColors = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
            Width = interactive ? WindowWidth() : PlainWidth,
        };
    }

    /// <summary>Hands everything written so far to the system.</summary>
    public void Flush()
    {
        Out.Flush();
        Error.Flush();
    }

    private static int WindowWidth()
    {
        try
        {
            return Console.WindowWidth is >= 40 and var width ? width : PlainWidth;
        }
        catch (IOException)
        {
            return PlainWidth;
        }
    }
}
