using Concord;
using Concord.Cli;
using Concord.Cli.Terminals;

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
