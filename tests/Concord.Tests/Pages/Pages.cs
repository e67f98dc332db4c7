using System.Text;

namespace Concord.Tests.Pages;

/// <summary>The pages of the repository.</summary>
internal static class Pages
{
    private const string Results = "docs/results/";

    /// <summary>All of them, relative to the repository.</summary>
    public static string[] All { get; } =
    [
        .. Directory
            .GetFiles(Shared.RepositoryRoot, "*.md")
            .Concat(
                Directory.GetFiles(Path.Combine(Shared.RepositoryRoot, "docs"), "*.md", SearchOption.AllDirectories)
            )
            .Select(file => Path.GetRelativePath(Shared.RepositoryRoot, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Those whose commands are run: results took hours.</summary>
    public static IEnumerable<string> Run => All.Where(page => !page.StartsWith(Results, StringComparison.Ordinal));

    /// <summary>The lines of a page.</summary>
    public static string[] Lines(string page) => File.ReadAllLines(Path.Combine(Shared.RepositoryRoot, page));

    /// <summary>The fenced blocks of one language on a page, in order.</summary>
    public static IEnumerable<string> Blocks(string page, string language)
    {
        StringBuilder? block = null;
        foreach (var line in Lines(page))
        {
            if (block is null)
            {
                if (line == $"```{language}")
                    block = new();
                continue;
            }
            if (line != "```")
            {
                block.Append(line).Append('\n');
                continue;
            }
            yield return block.ToString();
            block = null;
        }
    }
}
