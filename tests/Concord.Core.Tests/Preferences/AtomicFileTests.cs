using System.Text;
using Concord.Foundation;
using Xunit;

namespace Concord.Tests.Preferences;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("concord-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string At(string name) => Path.Combine(folder, name);

    [Fact]
    public void Text_is_written_without_a_mark_and_folders_are_made()
    {
        AtomicFile.WriteText(At("a/b/c.txt"), "é\n");
        Assert.Equal("é\n"u8.ToArray(), File.ReadAllBytes(At("a/b/c.txt")));
        Assert.Single(Directory.GetFiles(At("a/b")));
    }

    [Fact]
    public void A_write_that_fails_leaves_the_old_file_and_nothing_beside_it()
    {
        AtomicFile.WriteText(At("x"), "old");
        Assert.Throws<InvalidDataException>(() =>
            AtomicFile.Write(
                At("x"),
                stream =>
                {
                    stream.Write("half"u8);
                    throw new InvalidDataException();
                }
            )
        );
        Assert.Equal("old", File.ReadAllText(At("x")));
        Assert.Single(Directory.GetFiles(folder));
    }

    [Fact]
    public void A_stream_may_be_read_back_and_patched_before_it_is_renamed()
    {
        AtomicFile.Write(
            At("x"),
            stream =>
            {
                stream.Write("0000body"u8);
                stream.Position = 0;
                stream.Write("head"u8);
            }
        );
        Assert.Equal("headbody", File.ReadAllText(At("x"), Encoding.UTF8));
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_named()
    {
        var error = Assert.Throws<ConcordException>(() => AtomicFile.WriteText(folder, "x"));
        Assert.Contains(folder, error.Message, StringComparison.Ordinal);
        AtomicFile.WriteText(At("file"), "x");
        error = Assert.Throws<ConcordException>(() => AtomicFile.WriteText(At("file/below"), "x"));
        Assert.Contains(At("file/below"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_end_in_a_newline_alone()
    {
        AtomicFile.WriteLines(At("x"), ["a", "b"]);
        Assert.Equal("a\nb\n", File.ReadAllText(At("x")));
    }
}
