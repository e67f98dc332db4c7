using System.Text.RegularExpressions;

namespace Concord.Tests.Pages;

/// <summary>One command line of <c>concord</c> as a page shows it.</summary>
/// <param name="Page">The page, relative to the repository.</param>
/// <param name="Line">Its line there.</param>
/// <param name="Arguments">What follows <c>concord</c>.</param>
internal sealed record PageCommand(string Page, int Line, string[] Arguments)
{
    /// <summary>As it would be typed.</summary>
    public string Text => $"concord {string.Join(' ', Arguments)}";
}

/// <summary>Finds the command lines in the code blocks of the pages: fenced or indented, as the installed tool or through <c>dotnet run</c>.</summary>
internal static partial class PageCommands
{
    /// <summary>All of a page, in order; synopses (with [..] or a word RECIPE) are not commands.</summary>
    public static IEnumerable<PageCommand> Of(string page)
    {
        var lines = File.ReadAllLines(Path.Combine(Shared.RepositoryRoot, page));
        var isFenced = false;
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("```", StringComparison.Ordinal)) isFenced = !isFenced;
            if (!isFenced && !lines[i].StartsWith("    ", StringComparison.Ordinal)) continue;
            var match = Command().Match(lines[i]);
            if (!match.Success || match.Groups[1].Value.Contains('[', StringComparison.Ordinal)) continue;
            yield return new(page, i + 1, match.Groups[1].Value.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    /// <summary>The lines a page shows after a command in the same block, without indentation.</summary>
    public static string[] Shown(PageCommand command) =>
    [
        .. File.ReadAllLines(Path.Combine(Shared.RepositoryRoot, command.Page)).Skip(command.Line)
            .TakeWhile(line => line.Length == 0 || line.StartsWith("    ", StringComparison.Ordinal)).Select(line => line.Trim()),
    ];

    [GeneratedRegex(@"^(?:    )?(?:\$ )?(?:concord|dotnet run -c Release --project src/Concord\.Cli --) (.+)$")]
    private static partial Regex Command();
}
