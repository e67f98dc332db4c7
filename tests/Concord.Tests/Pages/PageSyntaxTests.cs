using System.CommandLine;
using System.Text.RegularExpressions;
using Concord.Cli;
using Concord.Runs.Recipes;
using Xunit;

namespace Concord.Tests.Pages;

/// <summary>
/// What any page shows or quotes of <c>concord</c>, results included, which take hours to run: commands, options,
/// recipes and their keys exist.
/// </summary>
public sealed partial class PageSyntaxTests
{
    private static readonly RootCommand Root = ConcordApplication.CreateRoot();

    [Fact]
    public void Every_command_line_parses()
    {
        PageCommand[] commands = [.. Pages.All.SelectMany(PageCommands.Of)];
        Assert.Contains(commands, command => command.Page.StartsWith("docs/results/", StringComparison.Ordinal));
        Assert.All(
            commands,
            command =>
            {
                var parse = Root.Parse(command.Arguments);
                Assert.True(
                    parse.Errors.Count == 0,
                    $"{command.Place}: {string.Join(' ', parse.Errors.Select(error => error.Message))}"
                );
                if (command.Arguments is ["train", var recipe, .. var settings])
                    MustBeRead(command, recipe, settings);
            }
        );
    }

    [Fact]
    public void Every_quoted_command_exists_with_its_options()
    {
        var quoted = Pages.All.SelectMany(page => PageCommands.Quoted(page).Select(words => (page, words))).ToArray();
        Assert.True(quoted.Length >= 10, $"only {quoted.Length} were found");
        foreach (var (page, words) in quoted)
        {
            Command command = Root;
            foreach (var word in words)
            {
                if (word.StartsWith('-'))
                    Assert.True(
                        Names(command).Contains(word),
                        $"{page}: `concord {string.Join(' ', words)}`: {word} is no option"
                    );
                else if (command.Subcommands.FirstOrDefault(one => one.Name == word) is { } below)
                    command = below;
                else
                    Assert.True(
                        command.Subcommands.Count == 0,
                        $"{page}: `concord {string.Join(' ', words)}`: {word} is no command"
                    );
            }
        }
    }

    [Fact]
    public void Every_quoted_option_is_one_of_a_command()
    {
        var known = Below(Root).SelectMany(Names).ToHashSet(StringComparer.Ordinal);
        // CONTRIBUTING.md quotes options of other programs
        var pages = Pages.All.Where(page => page.StartsWith("docs/", StringComparison.Ordinal));
        var quoted = pages.SelectMany(page => PageCommands.Options(page).Select(option => (page, option))).ToArray();
        Assert.True(quoted.Length >= 10, $"only {quoted.Length} were found");
        Assert.All(
            quoted,
            one => Assert.True(known.Contains(one.option), $"{one.page}: {one.option} is no option of any command")
        );
    }

    // in seed=S the value stands for any: the key must exist; all others must have a value that it takes
    private static void MustBeRead(PageCommand command, string recipe, string[] settings)
    {
        var file = Path.Combine(Shared.RepositoryRoot, recipe);
        Assert.True(File.Exists(file), $"{command.Place}: there is no {recipe}");
        var keys = RecipeFile.Keys().Select(one => one.Key).ToHashSet(StringComparer.Ordinal);
        settings = [.. settings.Where(word => !word.StartsWith("--", StringComparison.Ordinal))]; // an option
        foreach (var setting in settings)
            Assert.True(
                keys.Contains(Index().Replace(setting.Split('=')[0], ".N")),
                $"{command.Place}: {setting} sets no key of a recipe"
            );
        RecipeFile.Read(file, settings.Where(setting => !Placeholder().IsMatch(setting)));
    }

    private static IEnumerable<Command> Below(Command command) =>
        command.Subcommands.SelectMany(Below).Prepend(command);

    private static IEnumerable<string> Names(Command command) =>
        command
            .Options.Concat(Root.Options.Where(option => option.Recursive))
            .SelectMany(option => option.Aliases.Append(option.Name));

    [GeneratedRegex(@"\.\d+")]
    private static partial Regex Index();

    [GeneratedRegex(@"=[A-Z]+\d*$")]
    private static partial Regex Placeholder();
}
