using Concord.Foundation;
using Xunit;

namespace Concord.Tests.Foundation;

public class AtomicFolderTests
{
    private static readonly string[] Names = ["a.txt", "b.txt", "c.txt"];

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
            folder => AtomicFolder.Replace(Path.Combine(folder, "model"), place => Write(place, "old")),
            folder => AtomicFolder.Replace(Path.Combine(folder, "model"), place => Write(place, "new")),
            (folder, failed) =>
            {
                AtomicFolder.RecoverAll(folder);
                Assert.Equal([Path.Combine(folder, "model")], Directory.GetDirectories(folder));
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
            folder => AtomicFolder.Replace(Path.Combine(folder, "model"), place => Write(place, "old")),
            folder =>
                AtomicFolder.Replace(
                    Path.Combine(folder, "model"),
                    place => AtomicFolder.Replace(place, within => Write(within, "new"))
                ),
            (folder, _) =>
            {
                AtomicFolder.RecoverAll(folder);
                Assert.Equal([Path.Combine(folder, "model")], Directory.GetDirectories(folder));
                Assert.Single(State(Path.Combine(folder, "model")).Distinct());
            }
        );
    }

    [Fact]
    public void What_killed_writers_of_earlier_versions_left_goes_and_what_a_user_named_so_stays()
    {
        var folder = Directory.CreateTempSubdirectory("concord-left-").FullName;
        try
        {
            string[] kept = ["model", "model.old", "model.adapter", "models.partially"];
            foreach (var name in kept.Concat(["model.partial", "model.partial.adapter", "model.partial.former"]))
                Directory.CreateDirectory(Path.Combine(folder, name));
            AtomicFolder.RecoverAll(folder);
            Assert.Equal(
                kept.Order(StringComparer.Ordinal),
                Directory.GetDirectories(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_folder_that_was_moved_away_and_not_replaced_comes_back()
    {
        var folder = Directory.CreateTempSubdirectory("concord-back-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "model.former"));
            Directory.CreateDirectory(Path.Combine(folder, "model.partial"));
            AtomicFolder.Recover(Path.Combine(folder, "model"));
            Assert.Equal([Path.Combine(folder, "model")], Directory.GetDirectories(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
