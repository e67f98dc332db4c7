using System.CommandLine;
using System.CommandLine.Invocation;

namespace Concord.Cli.CommandLine;

/// <summary>Prints the name and the version.</summary>
internal sealed class ShowVersion(string version) : SynchronousCommandLineAction
{
    /// <inheritdoc />
    public override bool ClearsParseErrors => true;

    /// <inheritdoc />
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine($"concord {version}");
        return ExitCodes.Done;
    }
}
