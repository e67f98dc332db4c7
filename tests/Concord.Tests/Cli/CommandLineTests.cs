using System.CommandLine;
using Concord.Cli;
using Concord.Cli.CommandLine;
using Concord.Cli.Terminals;
using Concord.Foundation;
using Xunit;

namespace Concord.Tests.Cli;

public class CommandLineTests
{
    [Fact]
    public void Version_is_one_line()
    {
        var result = ConcordCli.Run("--version").MustBeDone();
        Assert.Matches(@"^concord \d+\.\d+\.\d+\n$", result.Out);
        Assert.Equal("", result.Error);
    }

    [Fact]
    public void Every_command_has_help_with_an_example_of_itself()
    {
        var commands = new Stack<(Command Command, string[] Path)>();
        commands.Push((ConcordApplication.CreateRoot(), []));
        while (commands.TryPop(out var one))
        {
            Assert.NotEmpty(one.Command.Examples());
            Assert.All(one.Command.Examples(), example => Assert.StartsWith("concord", example));
            var result = ConcordCli.Run([.. one.Path, "--help"]).MustBeDone();
            Assert.Contains("Examples:\n  concord", result.Out);
            Assert.All(result.Out.Split('\n'), line => Assert.False(line.Contains('\r')));
            foreach (var child in one.Command.Subcommands)
                commands.Push((child, [.. one.Path, child.Name]));
        }
    }

    [Fact]
    public void Every_example_parses()
    {
        var root = ConcordApplication.CreateRoot();
        var commands = new Stack<Command>([root]);
        while (commands.TryPop(out var command))
        {
            foreach (var example in command.Examples().Select(example => example.Split(" > ")[0].Split(" | ")[0]))
            {
                var parse = root.Parse(example["concord".Length..].Trim());
                Assert.True(
                    parse.Errors.Count == 0,
                    $"{example}: {string.Join(" ", parse.Errors.Select(error => error.Message))}"
                );
            }
            foreach (var child in command.Subcommands)
                commands.Push(child);
        }
    }

    [Fact]
    public void Without_a_command_the_help_is_shown_as_a_usage_error()
    {
        var result = ConcordCli.Run();
        Assert.Equal(ExitCodes.Usage, result.Code);
        Assert.Contains("Usage:", result.Error);
        Assert.Equal("", result.Out);
    }

    [Fact]
    public void An_unknown_option_is_a_usage_error()
    {
        var result = ConcordCli
            .Run("--verson")
            .MustFail(ExitCodes.Usage, "--verson", "Did you mean '--version'?", "Try `concord --help`.");
        Assert.Equal("", result.Out);
    }

    [Theory]
    [InlineData("trian", "train")]
    [InlineData("scroe", "score")]
    [InlineData("learning_rat", "learning_rate")]
    [InlineData("EPOCHS", "epochs")]
    [InlineData("zebra", null)]
    public void The_nearest_name_is_found(string written, string? expected) =>
        Assert.Equal(expected, NearestName.Find(written, ["train", "score", "data", "learning_rate", "epochs"]));

    [Fact]
    public void Json_goes_to_standard_output_without_a_path_and_to_a_new_file_with_one()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var option = new JsonOption();
            var command = new Command("measure") { option };
            command.Handle(
                (parse, terminal, _) =>
                {
                    option.Check(parse);
                    option.ForPeople(parse, terminal).Out.WriteLine("for people");
                    option.Write(
                        parse,
                        terminal,
                        writer =>
                        {
                            writer.WriteStartObject();
                            writer.WriteNumber("value", .5);
                            writer.WriteEndObject();
                        }
                    );
                    return ExitCodes.Done;
                }
            );
            Assert.Equal((0, "{\n  \"value\": 0.5\n}\n", "for people\n"), Invoke("--json"));
            var file = Path.Combine(folder.FullName, "out.json");
            Assert.Equal((0, "for people\n", ""), Invoke("--json", file));
            Assert.Equal((0, "for people\n", ""), Invoke("--json", file));
            Assert.Equal("{\n  \"value\": 0.5\n}\n", File.ReadAllText(file));
            Assert.Equal((0, "for people\n", ""), Invoke());

            var data = Path.Combine(folder.FullName, "data.jsonl");
            File.WriteAllText(data, "{\"chosen\": \"a\"}\n{\"chosen\": \"b\"}\n");
            var refused = Invoke("--json", data);
            Assert.Equal(ExitCodes.Usage, refused.Code);
            Assert.Contains("would overwrite", refused.Error);
            Assert.StartsWith("{\"chosen\": \"a\"}", File.ReadAllText(data));

            (int Code, string Out, string Error) Invoke(params string[] arguments)
            {
                using StringWriter output = new() { NewLine = "\n" },
                    error = new() { NewLine = "\n" };
                var terminal = new Terminal(output, error);
                var code = Errors.Guard(
                    terminal,
                    () => command.Parse(arguments).Invoke(new TerminalConfiguration(terminal, default))
                );
                return (code, output.ToString(), error.ToString());
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
