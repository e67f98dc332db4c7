using System.Diagnostics;
using Concord.Foundation;
using Xunit;

namespace Concord.Tests.Foundation;

public sealed class OutputPlaceTests : IDisposable
{
    private static readonly OutputKind Kind = OutputKind.Document("a result", "value");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Written(string name, string text)
    {
        File.WriteAllText(folder.File(name), text);
        return folder.File(name);
    }

    private static void Refused(string expected, Action action) =>
        Assert.Contains(expected, Assert.Throws<ConcordException>(action).Message, StringComparison.Ordinal);

    [Fact]
    public void A_new_name_an_empty_file_and_an_earlier_result_may_be_written()
    {
        Assert.Equal(RealPath.Of(folder.File("new/out.json")), OutputPlace.Find(folder.File("new/out.json"), Kind));
        OutputPlace.Find(Written("empty.json", ""), Kind);
        OutputPlace.Find(Written("earlier.json", "{\"value\": 1}"), Kind);
    }

    [Theory]
    [InlineData("{\"other\": 1}")]
    [InlineData("{\"value\": 1}\n{\"value\": 2}\n")]
    [InlineData("[1]")]
    [InlineData("words")]
    public void Another_file_stays(string text)
    {
        var file = Written("mine.json", text);
        Refused("is there already and is not a result", () => OutputPlace.Find(file, Kind));
        Assert.Equal(text, File.ReadAllText(file));
    }

    [Fact]
    public void What_is_read_is_not_written_whatever_it_is_called()
    {
        var input = Written("input.json", "{\"value\": 1}");
        Refused("what is read here", () => OutputPlace.Find(input, Kind, input));
        Refused("what is read here", () => OutputPlace.Find(folder.File("sub/../input.json"), Kind, input));
        File.CreateSymbolicLink(folder.File("link.json"), "input.json");
        Refused("what is read here", () => OutputPlace.Find(folder.File("link.json"), Kind, input));
        Refused("what is read here", () => OutputPlace.Find(input, Kind, folder.File("link.json")));
        Directory.CreateSymbolicLink(folder.File("here"), folder.Path);
        Refused("what is read here", () => OutputPlace.Find(folder.File("here/here/input.json"), Kind, input));
    }

    [Fact]
    public void A_link_is_written_through()
    {
        var target = Written("target.json", "{\"value\": 1}");
        File.CreateSymbolicLink(folder.File("one.json"), "target.json");
        File.CreateSymbolicLink(folder.File("two.json"), folder.File("one.json"));
        Assert.Equal(RealPath.Of(target), OutputPlace.Find(folder.File("two.json"), Kind));
        File.CreateSymbolicLink(folder.File("dangling.json"), "not-yet.json");
        Assert.Equal(RealPath.Of(folder.File("not-yet.json")), OutputPlace.Find(folder.File("dangling.json"), Kind));
        File.CreateSymbolicLink(folder.File("round.json"), "circle.json");
        File.CreateSymbolicLink(folder.File("circle.json"), "round.json");
        Refused("leads to itself", () => OutputPlace.Find(folder.File("round.json"), Kind));
    }

    [Fact]
    public void A_pipe_is_refused_by_name_and_not_opened()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "mkfifo is asked for");
        using (var made = Process.Start("mkfifo", folder.File("pipe")))
            made.WaitForExit();
        Refused("is a pipe, a device", () => OutputPlace.Find(folder.File("pipe"), Kind));
        Assert.True(File.Exists(folder.File("pipe")));
    }

    [Fact]
    public void Lines_are_known_by_the_first()
    {
        var lines = OutputKind.Lines("lines", line => line.TryGetProperty("rewards", out _));
        OutputPlace.Find(Written("a.jsonl", "{\"rewards\": [1]}\nrest"), lines);
        Refused("is not lines", () => OutputPlace.Find(Written("b.jsonl", "{\"prompt\": \"?\"}\n"), lines));
        Refused("is not lines", () => OutputPlace.Find(Written("c.jsonl", "\n{\"rewards\": [1]}\n"), lines));
    }
}
