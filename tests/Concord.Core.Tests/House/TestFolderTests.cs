using System.Text.RegularExpressions;
using Xunit;

namespace Concord.Tests.House;

/// <summary>The tests of a room use that room and those below it, not what is built on it.</summary>
public partial class TestFolderTests
{
    private const string NoRoom = "";

    /// <summary>A folder of tests, and the room it tests.</summary>
    private static readonly Dictionary<string, string> RoomOf = new(StringComparer.Ordinal)
    {
        ["Common"] = "Concord.Calibration",
        ["Concord.Core.Tests/House"] = NoRoom,
        ["Concord.Core.Tests/Foundation"] = "Concord.Foundation",
        ["Concord.Core.Tests/Preferences"] = "Concord.Preferences",
        ["Concord.Core.Tests/Calibration"] = "Concord.Calibration",
        ["Concord.Core.Tests/Records"] = "Concord.Records",
        ["Concord.Core.Tests/Tokenizers"] = "Concord.Tokenization",
        ["Concord.Core.Tests/Rendering"] = "Concord.Tokenization",
        ["Concord.Core.Tests/Comparisons"] = "Concord.Tokenization",
        // the population is Preferences', the tokenizer of its texts Tokenization's
        ["Concord.Core.Tests/Simulation"] = "Concord.Tokenization",
        ["Concord.Tests"] = "Concord.Modeling",
        ["Concord.Tests/House"] = NoRoom,
        ["Concord.Tests/Approved"] = NoRoom,
        ["Concord.Tests/Kernels"] = "Concord.Kernels",
        ["Concord.Tests/Weights"] = "Concord.Modeling",
        ["Concord.Tests/Modeling"] = "Concord.Modeling",
        ["Concord.Tests/Backbones"] = "Concord.Modeling",
        ["Concord.Tests/Language"] = "Concord.Modeling",
        ["Concord.Tests/Objectives"] = "Concord.Training",
        ["Concord.Tests/Training"] = "Concord.Training",
        ["Concord.Tests/Runs"] = "Concord.Runs",
        ["Concord.Tests/Cli"] = "Concord.Cli",
        ["Concord.Tests/Quickstart"] = "Concord.Cli",
        ["Concord.Tests/Pages"] = "Concord.Cli",
        ["Concord.Tests/Samples"] = "Concord.Cli",
        ["Concord.Tests/Packages"] = NoRoom,
    };

    private static readonly string Tests = Path.Combine(Shared.RepositoryRoot, "tests");

    // types in the namespace Concord itself, which tests see without a using, and the room each lies in
    private static readonly Dictionary<string, string> Outermost = Directory
        .EnumerateFiles(Path.Combine(Shared.RepositoryRoot, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !IsBuilt(file) && File.ReadLines(file).Contains("namespace Concord;"))
        .ToDictionary(
            file => Path.GetFileNameWithoutExtension(file),
            file => Path.GetRelativePath(Path.Combine(Shared.RepositoryRoot, "src"), file).Split('/', '\\')[0]
        );

    public static TheoryData<string> Folders() => [.. RoomOf.Keys];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_of_tests_uses_no_room_above_its_own(string folder)
    {
        var allowed = Below(RoomOf[folder]);
        var above =
            from file in Directory.EnumerateFiles(Path.Combine(Tests, folder), "*.cs")
            from used in Used(File.ReadAllText(file), folder.Split('/')[0])
            where !used.Rooms.IsSubsetOf(allowed)
            select $"{Path.GetFileName(file)} uses {used.Name}";
        Assert.Empty(above);
    }

    [Fact]
    public void Every_folder_of_tests_has_a_room() =>
        Assert.Equal(
            Directory
                .EnumerateFiles(Tests, "*.cs", SearchOption.AllDirectories)
                .Where(file => !IsBuilt(file))
                .Select(file => Path.GetRelativePath(Tests, Path.GetDirectoryName(file)!).Replace('\\', '/'))
                .Distinct()
                .Order(StringComparer.Ordinal),
            RoomOf.Keys.Order(StringComparer.Ordinal)
        );

    [Theory]
    [InlineData("using Concord.Training.Loop;", "Concord.Training")]
    [InlineData("using static Concord.Kernels.Lanes.LaneWidth;", "Concord.Kernels")]
    [InlineData("var shape = Concord.Training.Schedules.ScheduleShape.Constant;", "Concord.Training")]
    [InlineData("var data = PreferenceData.Read(file);", "PreferenceData")]
    [InlineData("using Concord.Tests.Cli;", "Concord.Tests.Cli")]
    [InlineData("using Xunit; // PreferenceData", null)]
    [InlineData("""Load("Concord.Training");""", null)]
    public void What_a_file_uses_is_seen(string line, string? name) =>
        Assert.Equal(name is null ? [] : [name], Used(line, "Concord.Tests").Select(used => used.Name));

    /// <summary>What the text of a file names (rooms, outermost types, folders of tests) and their rooms.</summary>
    private static IEnumerable<(string Name, HashSet<string> Rooms)> Used(string text, string project)
    {
        foreach (var name in CodeWords().Matches(NotCode().Replace(text, " ")).Select(match => match.Value).Distinct())
            if (RoomMap.MayCall.ContainsKey(name))
                yield return (name, [name]);
            else if (Outermost.TryGetValue(name, out var room))
                yield return (name, [room]);
            else if (
                name != "Concord.Tests" // the namespace of what lies in no folder
                && RoomOf.TryGetValue(name.Replace("Concord.Tests.", $"{project}/", StringComparison.Ordinal), out room)
            )
                yield return (name, Below(room));
    }

    private static HashSet<string> Below(string room) => room == NoRoom ? [] : [room, .. RoomMap.MayCall[room]];

    private static bool IsBuilt(string file) =>
        file.Split(Path.DirectorySeparatorChar).Any(folder => folder is "bin" or "obj");

    [GeneratedRegex(@"\bConcord\.Tests\.\w+|\bConcord\.\w+|(?<![.\w])\w+")]
    private static partial Regex CodeWords();

    [GeneratedRegex("\"\"\"[\\s\\S]*?\"\"\"|\"(?:[^\"\\\\\\n]|\\\\.)*\"|//.*")]
    private static partial Regex NotCode();
}
