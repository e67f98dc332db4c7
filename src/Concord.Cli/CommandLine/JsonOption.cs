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

    /// <summary>The option; add it to a command like any other.</summary>
    public JsonOption(
        string description =
            "Write the result as JSON to OUT, or to standard output without a path (then write --json last)."
    )
        : base("--json")
    {
        Description = description;
        Arity = ArgumentArity.ZeroOrOne;
        HelpName = "OUT";
    }

    /// <summary>True where the option was given.</summary>
    public bool Wanted(ParseResult parse) => parse.GetResult(this) is { Implicit: false };

    /// <summary>True where the JSON goes to standard output.</summary>
    public bool ToStandardOutput(ParseResult parse) =>
        Wanted(parse) && parse.GetValue(this) is null or "-" && Wanted(parse);

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
    /// <exception cref="UsageException">OUT exists and is not one JSON object: most likely a data file that followed
    /// <c>--json</c>.</exception>
    /// <exception cref="ConcordException">OUT cannot be written.</exception>
    public void Check(ParseResult parse)
    {
        if (!Wanted(parse) || ToStandardOutput(parse))
            return;
        CheckIsResult(parse.GetValue(this)!);
        AtomicFile.Check(parse.GetValue(this)!);
    }

    private static void CheckIsResult(string file)
    {
        if (Directory.Exists(file))
            throw new UsageException($"--json {file} names a folder: name the file to write, or put --json last.");
        if (File.Exists(file) && !HoldsOneObject(file))
            throw new UsageException(
                $"--json {file} would overwrite a file that is not an earlier result: name another file, or put "
                    + $"--json last, for standard output."
            );
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
        CheckIsResult(parse.GetValue(this)!); // it may have come meanwhile
        AtomicFile.WriteBytes(parse.GetValue(this)!, buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    private static bool HoldsOneObject(string file)
    {
        const int largest = 64 << 20; // no result is as large
        if (new FileInfo(file).Length is 0 or > largest)
            return new FileInfo(file).Length == 0;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
