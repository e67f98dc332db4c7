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

    private string? Find(string named, params string[] inputs) =>
        OutputPlace.Find(Path.Combine(folder.Path, named), Kind, inputs).File;

    private static void Refused(string expected, Action action) =>
        Assert.Contains(expected, Assert.Throws<ConcordException>(action).Message, StringComparison.Ordinal);

    [Fact]
    public void A_new_name_an_empty_file_and_an_earlier_result_may_be_written()
    {
        Assert.Equal(RealPath.Of(folder.File("new/out.json")), Find("new/out.json"));
        Find(Written("empty.json", ""));
        Find(Written("earlier.json", "{\"value\": 1}"));
    }

    [Theory]
    [InlineData("{\"other\": 1}")]
    [InlineData("{\"value\": 1}\n{\"value\": 2}\n")]
    [InlineData("[1]")]
    [InlineData("words")]
    public void Another_file_stays(string text)
    {
        var file = Written("mine.json", text);
        Refused("is there already and is not a result", () => Find(file));
        Assert.Equal(text, File.ReadAllText(file));
    }

    [Fact]
    public void What_is_read_is_not_written_whatever_it_is_called()
    {
        var input = Written("input.json", "{\"value\": 1}");
        Refused("what is read here", () => Find(input, input));
        Refused("what is read here", () => Find(folder.File("sub/../input.json"), input));
        File.CreateSymbolicLink(folder.File("link.json"), "input.json");
        Refused("what is read here", () => Find(folder.File("link.json"), input));
        Refused("what is read here", () => Find(input, folder.File("link.json")));
        Directory.CreateSymbolicLink(folder.File("here"), folder.Path);
        Refused("what is read here", () => Find(folder.File("here/here/input.json"), input));
    }

    [Fact]
    public void A_link_is_written_through()
    {
        var target = Written("target.json", "{\"value\": 1}");
        File.CreateSymbolicLink(folder.File("one.json"), "target.json");
        File.CreateSymbolicLink(folder.File("two.json"), folder.File("one.json"));
        Assert.Equal(RealPath.Of(target), Find(folder.File("two.json")));
        File.CreateSymbolicLink(folder.File("dangling.json"), "not-yet.json");
        Assert.Equal(RealPath.Of(folder.File("not-yet.json")), Find(folder.File("dangling.json")));
        File.CreateSymbolicLink(folder.File("round.json"), "circle.json");
        File.CreateSymbolicLink(folder.File("circle.json"), "round.json");
        Refused("leads to itself", () => Find(folder.File("round.json")));
    }

    [Fact]
    public void A_pipe_is_written_to_and_stays_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "mkfifo is asked for");
        var pipe = folder.File("pipe");
        using (var made = Process.Start("mkfifo", pipe))
            made.WaitForExit();
        var place = OutputPlace.Find(pipe, Kind, []);
        Assert.Null(place.File);
        using var reader = Process.Start(
            new ProcessStartInfo("cat", pipe) { RedirectStandardOutput = true, UseShellExecute = false }
        )!;
        place.Write(stream => stream.Write("what was written"u8));
        Assert.Equal("what was written", reader.StandardOutput.ReadToEnd());
        Assert.False(FileTypes.IsRegular(pipe));
        Refused("what is read here", () => Find(pipe, pipe));
    }

    [Fact]
    public void A_device_is_written_to_and_stays_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/null is asked for");
        File.CreateSymbolicLink(folder.File("null"), "/dev/null");
        foreach (var named in new[] { "/dev/null", folder.File("null") })
        {
            OutputPlace.Find(named, Kind, []).Write(stream => stream.Write("gone"u8));
            Assert.False(FileTypes.IsRegular(named));
        }
    }

    [Theory]
    [InlineData("-")]
    [InlineData("/dev/stdout")]
    [InlineData("/dev/fd/1")]
    [InlineData("/proc/self/fd/1")]
    public void Standard_output_is_known_under_its_names(string named)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc is asked for");
        Assert.True(OutputPlace.Find(named, Kind, []).IsStandardOutput);
        Assert.False(OutputPlace.IsStandard(folder.File("1")));
    }

    [Fact]
    public void Force_replaces_a_regular_file_that_is_not_read_and_nothing_else()
    {
        var file = Written("mine.json", "words");
        Assert.Equal(RealPath.Of(file), OutputPlace.Find(file, Kind, [], force: true).File);
        Refused("what is read here", () => OutputPlace.Find(file, Kind, [file], force: true));
        Refused("is a folder", () => OutputPlace.Find(folder.Path, Kind, [], force: true));
        Assert.Equal("words", File.ReadAllText(file));
    }

    [Fact]
    public void No_file_of_a_folder_that_is_read_is_replaced_by_force_but_an_earlier_result_in_it_is()
    {
        Directory.CreateDirectory(folder.File("model"));
        var config = Written("model/config.json", "{}{}");
        var earlier = Written("model/result.json", "{\"value\": 1}");
        Refused("a file of", () => OutputPlace.Find(config, Kind, [folder.File("model")], force: true));
        Assert.Equal("{}{}", File.ReadAllText(config));
        OutputPlace.Find(earlier, Kind, [folder.File("model")]);
        OutputPlace.Find(folder.File("model/new.json"), Kind, [folder.File("model")]);
    }

    [Fact]
    public void Lines_are_known_by_the_first()
    {
        var lines = OutputKind.Lines("lines", line => line.TryGetProperty("rewards", out _));
        OutputPlace.Find(Written("a.jsonl", "{\"rewards\": [1]}\nrest"), lines, []);
        Refused("is not lines", () => OutputPlace.Find(Written("b.jsonl", "{\"prompt\": \"?\"}\n"), lines, []));
        Refused("is not lines", () => OutputPlace.Find(Written("c.jsonl", "\n{\"rewards\": [1]}\n"), lines, []));
    }
}
