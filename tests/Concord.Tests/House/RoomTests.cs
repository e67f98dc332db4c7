using System.Reflection;
using Xunit;

namespace Concord.Tests.House;

/// <summary>Which room may call which: docs/architecture.md.</summary>
public class RoomTests
{
    public static TheoryData<string> Rooms() => [.. RoomMap.MayCall.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_calls_only_the_rooms_it_may(string room)
    {
        var called = Assembly
            .Load(AssemblyOf(room))
            .GetReferencedAssemblies()
            .Select(name => name.Name!)
            .Intersect(RoomMap.MayCall.Keys.Select(AssemblyOf));
        Assert.Empty(called.Except(RoomMap.MayCall[room]));
    }

    private static string AssemblyOf(string room) => room == "Concord.Cli" ? "concord" : room;

    [Theory]
    [InlineData("Concord.Foundation")]
    [InlineData("Concord.Preferences")]
    [InlineData("Concord.Calibration")]
    [InlineData("Concord.Records")]
    [InlineData("Concord.Tokenization")]
    [InlineData("Concord.Kernels")]
    public void Data_metrics_and_kernels_need_no_libtorch(string room) =>
        Assert.DoesNotContain(
            Assembly.Load(room).GetReferencedAssemblies(),
            name => name.Name!.Contains("Torch", StringComparison.OrdinalIgnoreCase)
        );

    [Fact]
    public void The_architecture_page_names_every_room_and_every_folder_of_the_models_room()
    {
        var page = File.ReadAllText(Path.Combine(Shared.RepositoryRoot, "docs", "architecture.md"));
        Assert.All(
            Directory.EnumerateDirectories(Path.Combine(Shared.RepositoryRoot, "src")).Select(Path.GetFileName),
            room => Assert.Contains($"`{room}`", page, StringComparison.Ordinal)
        );
        var folders = Directory
            .EnumerateDirectories(Path.Combine(Shared.RepositoryRoot, "src", "Concord.Modeling"))
            .Select(Path.GetFileName)
            .Except(["bin", "obj"]);
        Assert.All(folders, folder => Assert.Contains($"`{folder}`", page, StringComparison.Ordinal));
    }

    public static TheoryData<string> RoomFolders() =>
        [
            .. Directory
                .EnumerateDirectories(Path.Combine(Shared.RepositoryRoot, "src"))
                .Select(folder => Path.GetFileName(folder)),
        ];

    [Theory]
    [MemberData(nameof(RoomFolders))]
    public void Folders_of_a_room_do_not_call_each_other_in_circles(string name)
    {
        var room = Path.Combine(Shared.RepositoryRoot, "src", name);
        var calls = Directory
            .EnumerateDirectories(room)
            .Select(folder => Path.GetFileName(folder))
            .Except(["bin", "obj"])
            .ToDictionary(
                folder => folder,
                folder =>
                    Directory
                        .EnumerateFiles(Path.Combine(room, folder), "*.cs", SearchOption.AllDirectories)
                        .SelectMany(File.ReadLines)
                        .Where(line => line.StartsWith($"using {name}.", StringComparison.Ordinal))
                        .Select(line => line.TrimEnd(';').Split('.')[2])
                        .Where(called => called != folder)
                        .ToHashSet()
            );
        // folders that call none of those left are taken away until none is left, or a circle is
        while (calls.Keys.FirstOrDefault(folder => !calls[folder].Overlaps(calls.Keys)) is { } lowest)
            calls.Remove(lowest);
        Assert.Empty(calls.Keys);
    }
}
