using Concord;
using Concord.Cli;
using Concord.Cli.Terminals;

Errors.CatchAll();
ConcordRuntime.Prepare();
using var interruption = Interruption.Listen();
var terminal = Terminal.OfProcess();
try
{
    return ConcordApplication.Run(args, terminal, interruption.Token);
}
finally
{
    terminal.Flush();
}
