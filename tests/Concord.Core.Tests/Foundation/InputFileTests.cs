using Concord.Foundation;
using Xunit;

namespace Concord.Tests.Foundation;

public sealed class InputFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_is_not_there_is_a_folder_or_too_large_is_a_sentence()
    {
        Assert.EndsWith("does not exist; a thing was expected there.", Failure(folder.File("none")));
        Assert.EndsWith("is a folder; a thing was expected.", Failure(folder.Path));
        Assert.Contains("cannot be read", Failure("a\0b"));
        File.WriteAllBytes(folder.File("large"), new byte[2000]);
        using var limits = new LimitsForTest(new Limits { DocumentBytes = 1024 });
        Assert.Contains("has more than 1 KiB, which is no thing", Failure(folder.File("large")));
    }

    [Fact]
    public void A_device_without_end_stops_at_the_limit()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "there is no such device here");
        using var limits = new LimitsForTest(new Limits { DocumentBytes = 1 << 20 });
        Assert.Contains("has more than 1 MiB", Failure("/dev/zero"));
    }

    [Fact]
    public void Files_come_back_whole()
    {
        byte[] bytes = [0xEF, 0xBB, 0xBF, (byte)'a', 0xFF, (byte)'\n'];
        File.WriteAllBytes(folder.File("x"), bytes);
        Assert.Equal(bytes, InputFile.ReadBytes(folder.File("x"), "a thing"));
        Assert.Equal("a\uFFFD\n", InputFile.ReadText(folder.File("x"), "a thing"));
        File.WriteAllBytes(folder.File("empty"), []);
        Assert.Empty(InputFile.ReadBytes(folder.File("empty"), "a thing"));
    }

    private static string Failure(string path) =>
        Assert.Throws<ConcordException>(() => InputFile.ReadBytes(path, "a thing")).Message;
}
