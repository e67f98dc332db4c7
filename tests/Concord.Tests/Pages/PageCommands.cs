using System.Text.RegularExpressions;

namespace Concord.Tests.Pages;

/// <summary>
/// Finds commands on a page: lines of code blocks, fenced or indented, as the installed tool or through <c>dotnet
/// run</c>; and what is quoted within a sentence.
/// </summary>
internal static partial class PageCommands
{
    /// <summary>All command lines of a page's blocks, in order, synopses excepted.</summary>
    /// <remarks>A word that begins with a bracket (<c>[KEY=VALUE ...]</c>) makes a synopsis, which cannot be typed; a
    /// list as a value (<c>only=[helpful]</c>) does not.</remarks>
    public static IEnumerable<PageCommand> Of(string page)
    {
        var lines = Pages.Lines(page);
        var isFenced = false;
        for (var i = 0; i < lines.Length; i++)
        {
            if (IsFence(lines[i]))
                isFenced = !isFenced;
            if (!isFenced && !IsIndented(lines[i]))
                continue;
            var match = Command().Match(lines[i]);
            if (!match.Success || match.Groups["words"].Value.Contains(" [", StringComparison.Ordinal))
                continue;
            var words = match.Groups["words"].Value.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var fenced = isFenced;
            var rest = lines
                .Skip(i + 1)
                .TakeWhile(line =>
                    (fenced ? !IsFence(line) : IsIndented(line) || line.Length == 0) && !Command().IsMatch(line)
                );
            // only after a prompt: elsewhere the next line is another command, or a comment
            yield return new(
                page,
                i + 1,
                words,
                match.Groups["prompt"].Success
                    ? Trimmed(rest.Select(line => fenced || line.Length == 0 ? line : line[4..]))
                    : []
            );
        }
    }

    /// <summary>
    /// What a page quotes within sentences, <c>concord</c> excluded: the words of commands or of parts of them.
    /// </summary>
    public static IEnumerable<string[]> Quoted(string page) =>
        Pages
            .Lines(page)
            .SelectMany(line => Quotation().Matches(line))
            .Select(match => match.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>What a page quotes of options alone, such as <c>--json OUT</c>.</summary>
    public static IEnumerable<string> Options(string page) =>
        Pages.Lines(page).SelectMany(line => Option().Matches(line)).Select(match => match.Groups[1].Value);

    private static bool IsFence(string line) => line.StartsWith("```", StringComparison.Ordinal);

    private static bool IsIndented(string line) => line.StartsWith("    ", StringComparison.Ordinal);

    private static string[] Trimmed(IEnumerable<string> lines)
    {
        var all = lines.ToList();
        while (all is [.., ""])
            all.RemoveAt(all.Count - 1);
        return [.. all];
    }

    [GeneratedRegex(
        @"^(?:    )?(?<prompt>\$ )?(?:concord|dotnet run (?:-c Release )?--project src/Concord\.Cli --) (?<words>.+)$"
    )]
    private static partial Regex Command();

    [GeneratedRegex(@"`concord ([^`]+)`")]
    private static partial Regex Quotation();

    [GeneratedRegex(@"`(--[a-z-]+)[^`]*`")]
    private static partial Regex Option();
}
