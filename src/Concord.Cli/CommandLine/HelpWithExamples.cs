using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Concord.Cli.CommandLine;

/// <summary>A command's help, followed by its note and its examples.</summary>
internal sealed class HelpWithExamples(int width) : SynchronousCommandLineAction
{
    /// <inheritdoc />
    public override bool ClearsParseErrors => true;

    /// <inheritdoc />
    public override int Invoke(ParseResult parseResult)
    {
        new HelpAction { MaxWidth = width }.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        if (command.Note() is { } note)
        {
            foreach (var line in Lines(note))
                output.WriteLine(line);
            output.WriteLine();
        }
        var examples = command.Examples();
        if (examples.Count > 0)
            output.WriteLine("Examples:");
        foreach (var example in examples)
            output.WriteLine($"  {example}");
        return ExitCodes.Done;
    }

    private IEnumerable<string> Lines(string paragraph)
    {
        var line = "";
        foreach (var word in paragraph.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = " ";
            }
            line += line.Length == 0 ? word : " " + word;
        }
        yield return line;
    }
}
