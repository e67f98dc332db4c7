using System.CommandLine;
using Concord.Cli.Terminals;

namespace Concord.Cli.CommandLine;

/// <summary>Carries the terminal and the token of Ctrl-C through System.CommandLine to a command's handler.</summary>
internal sealed class TerminalConfiguration : InvocationConfiguration
{
    /// <summary>A configuration that leaves exceptions and signals to Concord.</summary>
    public TerminalConfiguration(Terminal terminal, CancellationToken cancellation)
    {
        Terminal = terminal;
        Cancellation = cancellation;
        Output = terminal.Out;
        Error = terminal.Error;
        EnableDefaultExceptionHandler = false;
        ProcessTerminationTimeout = null;
    }

    /// <summary>Where the command writes.</summary>
    public Terminal Terminal { get; }

    /// <summary>Cancelled by the first Ctrl-C.</summary>
    public CancellationToken Cancellation { get; }
}
