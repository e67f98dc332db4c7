using Concord.Cli;
using Concord.Cli.Terminals;

Concord.Modeling.Native.TorchLibraryLoader.Install();
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
