using System.CommandLine;

namespace Concord.Cli.CommandLine;

/// <summary>The option <c>--force</c> of commands that write a file.</summary>
internal sealed class ForceOption : Option<bool>
{
    /// <summary>The option; add it to a command like any other.</summary>
    public ForceOption()
        : base("--force") =>
        Description = "Replace the file that is to be written, whatever it holds, unless it is read.";
}
