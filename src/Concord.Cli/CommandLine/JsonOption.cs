using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Concord.Cli.Terminals;
using Concord.Foundation;

namespace Concord.Cli.CommandLine;

/// <summary>
/// The option <c>--json [OUT]</c>: the result where a machine reads it, on standard output without a path. What is
/// written for people then goes to standard error.
/// </summary>
internal sealed class JsonOption : Option<string?>
{
    private static readonly JsonWriterOptions Written = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private const string EarlierResult = "an earlier result";

    private readonly OutputKind kind;

    /// <summary>The option; add it to a command like any other.</summary>
    /// <param name="keys">Keys that every result of the command has: by them an earlier one is known.</param>
    public JsonOption(params IReadOnlyList<string> keys)
        : base("--json")
    {
        kind = OutputKind.Document(EarlierResult, keys);
        Description = "Write the result as JSON to OUT, or to standard output without a path (then write --json last).";
        Arity = ArgumentArity.ZeroOrOne;
        HelpName = "OUT";
    }

    /// <summary>Keys of the command's other form of result; null where it has one form.</summary>
    public IReadOnlyList<string>? OtherKeys
    {
        init => kind = value is null ? kind : kind.Or(OutputKind.Document(EarlierResult, [.. value]));
    }

    /// <summary>The option that goes with it; to be added to the command too.</summary>
    public ForceOption Force { get; } = new();

    /// <summary>True where the option was given.</summary>
    public bool Wanted(ParseResult parse) => parse.GetResult(this) is { Implicit: false };

    /// <summary>True where the JSON goes to standard output.</summary>
    public bool ToStandardOutput(ParseResult parse) =>
        Wanted(parse)
        && (
            parse.GetValue(this) is not { Length: > 0 } named
                ? parse.GetValue(this) is null
                : OutputPlace.IsStandard(named)
        );

    /// <summary>
    /// The terminal for what people read: its <see cref="Terminal.Out"/> is standard error where the JSON goes to
    /// standard output.
    /// </summary>
    public Terminal ForPeople(ParseResult parse, Terminal terminal) =>
        ToStandardOutput(parse)
            ? terminal with
            {
                Out = terminal.Error,
                IsInteractive = terminal.IsErrorInteractive,
            }
            : terminal;

    /// <summary>Checks, before any work is done, that OUT may be written.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="inputs">Files that the command reads, and those that it writes besides.</param>
    /// <exception cref="UsageException">OUT may not or cannot be written: most likely a data file that followed
    /// <c>--json</c>.</exception>
    public void Check(ParseResult parse, params IEnumerable<string> inputs)
    {
        if (Wanted(parse) && !ToStandardOutput(parse))
            Place(parse, inputs);
    }

    private OutputPlace Place(ParseResult parse, IEnumerable<string> inputs)
    {
        var named = parse.GetValue(this)!;
        if (named.Length == 0)
            throw new UsageException("--json names no file: name one, or put --json last, for standard output.");
        try
        {
            return OutputPlace.Find(named, kind, inputs, parse.GetValue(Force));
        }
        catch (ConcordException refused)
        {
            throw new UsageException($"--json {refused.Message} Without a file, last, it writes to standard output.");
        }
    }

    /// <summary>
    /// Writes the result to where the option says; nothing where it was not given. A file is written beside and renamed
    /// into place.
    /// </summary>
    public void Write(ParseResult parse, Terminal terminal, Action<Utf8JsonWriter> write)
    {
        if (!Wanted(parse))
            return;
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Written))
            write(writer);
        buffer.WriteByte((byte)'\n');
        if (ToStandardOutput(parse))
        {
            terminal.Out.Write(System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
            terminal.Out.Flush();
            return;
        }
        buffer.Position = 0;
        Place(parse, []).Write(buffer.CopyTo); // another file may have come there meanwhile
    }
}
