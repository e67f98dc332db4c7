using Concord.Foundation;
using Xunit;

namespace Concord.Tests.Foundation;

public class AtomicFolderTests
{
    private static readonly string[] Names = ["a.txt", "b.txt", "c.txt"];

    private static readonly FolderKind Kind = new(
        "a thing",
        folder => File.Exists(Path.Combine(folder, "a.txt")),
        Names.Contains
    );

    private static void Write(string folder, string text)
    {
        foreach (var name in Names)
            AtomicFile.WriteText(Path.Combine(folder, name), text);
    }

    private static string[] State(string folder) =>
        [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllText)];

    [Fact]
    public void Whatever_write_fails_a_file_is_the_old_one_or_the_new_one()
    {
        var operations = FailingDisk.AtEveryOperation(
            folder => File.WriteAllText(Path.Combine(folder, "file"), "old"),
            folder => AtomicFile.WriteText(Path.Combine(folder, "file"), "new"),
            (folder, failed) => Assert.Equal(failed ? "old" : "new", File.ReadAllText(Path.Combine(folder, "file")))
        );
        Assert.InRange(operations, 4, 8);
    }

    [Fact]
    public void Whatever_write_fails_a_folder_is_the_old_one_or_the_new_one_and_nothing_is_left_beside_it()
    {
        var operations = FailingDisk.AtEveryOperation(
            folder => AtomicFolder.Replace(Path.Combine(folder, "model"), Kind, place => Write(place, "old")),
            folder => AtomicFolder.Replace(Path.Combine(folder, "model"), Kind, place => Write(place, "new")),
            (folder, failed) =>
            {
                AtomicFolder.RecoverAll(folder, Kind);
                Assert.Equal([Path.Combine(folder, "model")], Directory.GetFileSystemEntries(folder));
                var state = State(Path.Combine(folder, "model"));
                // only removing the old folder can fail after the new one took its place
                if (failed && state[0] == "old")
                    Assert.Equal(["old", "old", "old"], state);
                else
                    Assert.Equal(["new", "new", "new"], state);
            }
        );
        Assert.InRange(operations, 12, 40);
    }

    [Fact]
    public void Nested_writers_leave_nothing_either()
    {
        FailingDisk.AtEveryOperation(
            folder => AtomicFolder.Replace(Path.Combine(folder, "model"), Kind, place => Write(place, "old")),
            folder =>
                AtomicFolder.Replace(
                    Path.Combine(folder, "model"),
                    Kind,
                    place => AtomicFolder.Replace(place, Kind, within => Write(within, "new"))
                ),
            (folder, _) =>
            {
                AtomicFolder.RecoverAll(folder, Kind);
                Assert.Equal([Path.Combine(folder, "model")], Directory.GetFileSystemEntries(folder));
                Assert.Single(State(Path.Combine(folder, "model")).Distinct());
            }
        );
    }

    [Fact]
    public void Only_what_a_writer_marked_is_removed()
    {
        using var folder = new TemporaryFolder();
        string[] mine = ["model.partial/mine", "model.former/mine", "model.old/mine", "a.partial/new", "a.former/old"];
        foreach (var name in mine)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
            File.WriteAllText(folder.File(name), "mine");
        }
        AtomicFolder.RecoverAll(folder.Path, Kind);
        Assert.All(mine, name => Assert.Equal("mine", File.ReadAllText(folder.File(name))));
        Refused("model.partial", () => AtomicFolder.Replace(folder.File("model"), Kind, place => Write(place, "new")));
        Assert.False(Directory.Exists(folder.File("model")));
    }

    [Fact]
    public void A_link_in_the_place_of_what_is_unfinished_is_not_followed()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("theirs"));
        Directory.CreateSymbolicLink(folder.File("model.partial"), folder.File("theirs"));
        Refused("model.partial", () => AtomicFolder.Create(folder.File("model"), place => Write(place, "new")));
        Assert.Empty(Directory.GetFileSystemEntries(folder.File("theirs")));
    }

    [Fact]
    public void What_a_killed_writer_left_goes_and_the_old_folder_comes_back()
    {
        using var folder = new TemporaryFolder();
        AtomicFolder.Create(folder.File("model"), place => Write(place, "old"));
        KilledWriter.Leave(folder.File("model"), moved: true);
        AtomicFolder.Recover(folder.File("model"), Kind);
        Assert.Equal([folder.File("model")], Directory.GetFileSystemEntries(folder.Path));
        Assert.Equal(["old", "old", "old"], State(folder.File("model")));
    }

    [Fact]
    public void What_another_process_is_writing_is_left_to_it()
    {
        using var folder = new TemporaryFolder();
        AtomicFolder.Create(
            folder.File("model"),
            place =>
            {
                Refused(
                    "being written",
                    () => AtomicFolder.Create(folder.File("model"), other => Write(other, "other"))
                );
                Write(place, "one");
            }
        );
        Assert.Equal(["one", "one", "one"], State(folder.File("model")));
        Assert.Equal([folder.File("model")], Directory.GetDirectories(folder.Path));
    }

    [Fact]
    public void A_folder_of_another_kind_stays_and_a_file_in_one_of_the_kind_that_is_not_Concords_too()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("home"));
        File.WriteAllText(folder.File("home/letter.txt"), "mine");
        Refused("is not a thing", () => AtomicFolder.Replace(folder.File("home"), Kind, place => Write(place, "new")));
        Refused("holds letter.txt", () => AtomicFolder.Create(folder.File("home"), place => Write(place, "new")));
        Assert.Equal("mine", File.ReadAllText(folder.File("home/letter.txt")));

        AtomicFolder.Create(folder.File("model"), place => Write(place, "old"));
        File.WriteAllText(folder.File("model/notes.md"), "mine");
        Directory.CreateDirectory(folder.File("model/mine"));
        AtomicFolder.Replace(folder.File("model"), Kind, place => Write(place, "new"));
        Assert.Equal(["new", "new", "new", "mine"], State(folder.File("model")));
        Assert.True(Directory.Exists(folder.File("model/mine")));
    }

    [Fact]
    public void A_link_to_a_folder_is_written_through()
    {
        using var folder = new TemporaryFolder();
        AtomicFolder.Create(folder.File("disk/model"), place => Write(place, "old"));
        Directory.CreateSymbolicLink(folder.File("model"), folder.File("disk/model"));
        AtomicFolder.Replace(folder.File("model"), Kind, place => Write(place, "new"));
        Assert.Equal(["new", "new", "new"], State(folder.File("disk/model")));
        Assert.NotNull(new DirectoryInfo(folder.File("model")).LinkTarget);
    }

    [Fact]
    public void What_a_killed_writer_left_of_a_file_goes_with_the_next_and_what_is_like_it_stays()
    {
        using var folder = new TemporaryFolder();
        var left = folder.File($"file.{Guid.NewGuid():N}.partial");
        string[] kept = ["file.mine.partial", $"other.{Guid.NewGuid():N}.partial", "file.partial"];
        foreach (var name in kept.Append(Path.GetFileName(left)))
            File.WriteAllText(folder.File(name), "half");
        AtomicFile.Write(
            folder.File("file"),
            stream =>
            {
                // another writer of the same file, who lives
                Assert.False(File.Exists(left));
                AtomicFile.WriteText(folder.File("file"), "other");
                stream.Write("new"u8);
            }
        );
        Assert.Equal("new", File.ReadAllText(folder.File("file")));
        Assert.Equal(
            kept.Append("file").Order(StringComparer.Ordinal),
            Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        AtomicFile.RemoveLeft(folder.Path);
        Assert.Equal(3, Directory.GetFiles(folder.Path).Length);
    }

    private static void Refused(string expected, Action action) =>
        Assert.Contains(expected, Assert.Throws<ConcordException>(action).Message, StringComparison.Ordinal);
}
