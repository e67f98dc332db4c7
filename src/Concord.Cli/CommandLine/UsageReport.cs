using System.CommandLine;
using Concord.Cli.Terminals;
using Concord.Foundation;

namespace Concord.Cli.CommandLine;

/// <summary>What a user is told about a command line that does not parse.</summary>
internal static class UsageReport
{
    /// <summary>Writes each mistake as a sentence, with the nearest name where one was mistyped, and where help is
    /// found; returns <see cref="ExitCodes.Usage"/>.</summary>
    public static int Write(ParseResult parse, Terminal terminal)
    {
        var command = parse.CommandResult.Command;
        if (command.Action is null && parse.UnmatchedTokens.Count == 0 && !HasOptions(parse))
        {
            // A command that only groups others, called alone: what it offers is the answer.
            command
                .Parse(["--help"], parse.Configuration)
                .Invoke(new TerminalConfiguration(terminal with { Out = terminal.Error }, default));
            return ExitCodes.Usage;
        }
        foreach (var message in parse.Errors.Select(error => error.Message).Distinct())
            terminal.Error.WriteLine(PlainWriter.OneLine($"error: {message}{Suggestion(message, parse, command)}"));
        terminal.Error.WriteLine($"Try `{Name(command)} --help`.");
        return ExitCodes.Usage;
    }

    private static bool HasOptions(ParseResult parse) =>
        parse.Tokens.Any(token => token.Type == System.CommandLine.Parsing.TokenType.Option);

    private static string Suggestion(string message, ParseResult parse, Command command)
    {
        var mistyped = parse.UnmatchedTokens.FirstOrDefault(token =>
            message.Contains($"'{token}'", StringComparison.Ordinal)
        );
        if (mistyped is null)
            return "";
        var names = mistyped.StartsWith('-')
            ? command.Options.SelectMany(option => option.Aliases.Append(option.Name))
            : command.Subcommands.Select(one => one.Name);
        return NearestName.Find(mistyped, names) is { } nearest ? $" Did you mean '{nearest}'?" : "";
    }

    private static string Name(Command command)
    {
        var path = Path(command);
        return path.Length == 0 ? "concord" : "concord " + string.Join(' ', path);
    }

    private static string[] Path(Command command)
    {
        var names = new Stack<string>();
        for (
            var one = command;
            one is not RootCommand and not null;
            one = one.Parents.OfType<Command>().FirstOrDefault()
        )
            names.Push(one.Name);
        return [.. names];
    }
}
