using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Concord.Cli.CommandLine;

/// <summary>A command's help, followed by its examples.</summary>
internal sealed class HelpWithExamples(int width) : SynchronousCommandLineAction
{
    /// <inheritdoc />
    public override bool ClearsParseErrors => true;

    /// <inheritdoc />
    public override int Invoke(ParseResult parseResult)
    {
        new HelpAction { MaxWidth = width }.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var examples = parseResult.CommandResult.Command.Examples();
        if (examples.Count > 0)
            output.WriteLine("Examples:");
        foreach (var example in examples)
            output.WriteLine($"  {example}");
        return ExitCodes.Done;
    }
}
