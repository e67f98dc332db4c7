using System.Text.RegularExpressions;
using Xunit;

namespace Concord.Tests.House;

/// <summary>Code is at most 120 columns wide; a literal that cannot be broken may go on beyond.</summary>
public partial class WidthTests
{
    private const int Widest = 120;

    [Fact]
    public void No_line_of_code_is_wider_than_120_columns()
    {
        string[] folders = ["src", "bench", "tests", "samples"];
        var wide = folders
            .Select(folder => Path.Combine(Shared.RepositoryRoot, folder))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Contains("obj"))
            .SelectMany(Wide);
        Assert.Empty(wide);
    }

    private static IEnumerable<string> Wide(string file)
    {
        var inRaw = false;
        var number = 0;
        foreach (var line in File.ReadLines(file))
        {
            number++;
            var fences = line.Split("\"\"\"").Length - 1;
            var raw = inRaw || fences > 0;
            inRaw ^= fences % 2 == 1;
            if (line.Length <= Widest || raw || UnbrokenLiteral().Replace(line, "").Length <= Widest)
                continue;
            yield return $"{Path.GetRelativePath(Shared.RepositoryRoot, file)}:{number} has {line.Length} columns";
        }
    }

    // a test's literal is data; in src there is a name for the part that makes it long
    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"")]
    private static partial Regex UnbrokenLiteral();
}
