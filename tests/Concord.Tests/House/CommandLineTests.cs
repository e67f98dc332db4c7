using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace Concord.Tests.House;

/// <summary>The command line keeps options, terminal, exit codes and wording: what it does is a library's.</summary>
public partial class CommandLineTests
{
    private static readonly string Folder = Path.Combine(Shared.RepositoryRoot, "src", "Concord.Cli");

    [Fact]
    public void It_has_no_folder_but_those_of_options_commands_terminal_and_quickstart() =>
        Assert.Equal(
            ["CommandLine", "Commands", "Quickstart", "Terminals"],
            Directory.EnumerateDirectories(Folder).Select(Path.GetFileName).Except(["bin", "obj"]).Order()
        );

    [Fact]
    public void Every_command_and_option_speaks_of_the_command_line()
    {
        var silent = new[] { "CommandLine", "Commands" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Folder, folder), "*.cs"))
            .Where(file => !Spoken().IsMatch(File.ReadAllText(file)))
            .Select(Path.GetFileName);
        // how a person repeats a command line, and what --json prints of a command's result
        Assert.Subset(
            new HashSet<string?> { "ShellWord.cs", "ResultJson.cs", "ModelInfoResult.cs" },
            silent.ToHashSet()
        );
    }

    [Fact]
    public void Nobody_can_call_it_and_it_reads_no_format_itself()
    {
        var assembly = Assembly.Load("concord");
        Assert.Empty(assembly.GetExportedTypes());
        Assert.Empty(
            assembly
                .GetReferencedAssemblies()
                .Select(name => name.Name!)
                .Intersect(["YamlDotNet", "ParquetSharp", "CsvHelper", "System.IO.Hashing"])
        );
    }

    [Fact]
    public void Spectre_draws_tables_and_the_live_line_and_is_loaded_by_nothing_else()
    {
        var users = Directory
            .EnumerateFiles(Path.Combine(Shared.RepositoryRoot, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("using Spectre.Console", StringComparison.Ordinal))
            .Select(Path.GetFileName);
        Assert.Equal(["LiveLine.cs", "TextTable.cs"], users.Order());
    }

    [GeneratedRegex(@"\b(Terminal|Option|Command|Argument|ParseResult)\b")]
    private static partial Regex Spoken();
}
