using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using System.Reflection;
using Concord.Cli.CommandLine;
using Concord.Cli.Commands;
using Concord.Cli.Terminals;

namespace Concord.Cli;

/// <summary>The <c>concord</c> command: its subcommands, and what becomes of their errors.</summary>
internal static class ConcordApplication
{
    /// <summary>All subcommands, in the order in which help lists them.</summary>
    private static Command[] Commands() =>
        [
            DataCommand.Create(),
            RenderCommand.Create(),
            TokenizeCommand.Create(),
            ModelCommand.Create(),
            TrainCommand.Create(),
            QuickstartCommand.Create(),
            EvaluateCommand.Create(),
            ScoreCommand.Create(),
        ];

    /// <summary>The version as users write it.</summary>
    public static string Version { get; } =
        typeof(ConcordApplication)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    /// <summary>The root command with everything below it.</summary>
    public static RootCommand CreateRoot(int helpWidth = Terminal.PlainWidth)
    {
        var root = new RootCommand(
            "Trains one reward model on many sources of preference that disagree, and says how far each of its "
                + "probabilities can be trusted."
        );
        root.WithExamples(
            "concord quickstart",
            "concord data helpful.jsonl webgpt.jsonl",
            "concord train recipes/simulated-more.yaml output=runs/simulated"
        );
        foreach (var command in Commands())
            root.Subcommands.Add(command);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Description = "Show help and examples.";
        help.Action = new HelpWithExamples(helpWidth);
        var version = root.Options.OfType<VersionOption>().Single();
        version.Description = "Show the version.";
        version.Action = new ShowVersion(Version);
        return root;
    }

    /// <summary>
    /// Runs one command line and returns its exit code (<see cref="ExitCodes"/>). Nothing is thrown: every error
    /// becomes a sentence on standard error.
    /// </summary>
    public static int Run(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellation)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture =
            CultureInfo.InvariantCulture;
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
        var parse = CreateRoot(terminal.Width)
            .Parse(
                arguments,
                new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null }
            );
        return Errors.Guard(
            terminal,
            () =>
                parse.Action is not null && parse.Errors.Count == 0
                    ? parse.Invoke(new TerminalConfiguration(terminal, cancellation))
                    : UsageReport.Write(parse, terminal),
            cancellation
        );
    }
}
