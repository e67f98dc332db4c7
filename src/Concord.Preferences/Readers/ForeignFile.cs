using System.Text;

namespace Concord.Preferences.Readers;

/// <summary>Files that lie where preferences were expected, known by their first bytes.</summary>
internal static class ForeignFile
{
    private const string Read =
        "JSON lines, JSON arrays, comma- or tab-separated tables (all also compressed with gzip or zstd) and parquet "
        + "are read.";

    /// <summary>What the file is and what to do, or null where it may be text of ours.</summary>
    public static string? Reason(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("version https://git-lfs"u8))
            return "is a git-lfs pointer, not the file itself: fetch it with git lfs pull.";
        var kind = start switch
        {
            [0x50, 0x4B, 0x03, 0x04, ..] => "a zip archive; unpack it first",
            [0x42, 0x5A, 0x68, ..] => "compressed with bzip2; unpack it with: bunzip2 FILE",
            [0xFD, 0x37, 0x7A, 0x58, ..] => "compressed with xz; unpack it with: unxz FILE",
            [0x1F, 0x8B, ..] or [0x28, 0xB5, 0x2F, 0xFD, ..] => "compressed twice; unpack it once",
            [0x50, 0x41, 0x52, 0x31, ..] => "parquet inside a compressed file; unpack it first",
            [0x41, 0x52, 0x52, 0x4F, 0x57, 0x31, ..] or [0xFF, 0xFF, 0xFF, 0xFF, ..] =>
                "an Arrow file; save it as parquet (datasets: to_parquet) or JSON lines",
            [0x80, >= 2 and <= 5, ..] => "a pickle of Python, which could run anything; save it as JSON lines",
            [0x53, 0x51, 0x4C, 0x69, 0x74, 0x65, ..] => "a database of SQLite; save a table as JSON lines",
            _ => null,
        };
        if (kind is not null)
            return $"is {kind}. {Read}";
        var text = Encoding.UTF8.GetString(start[..Math.Min(64, start.Length)]).TrimStart('\uFEFF').TrimStart();
        return
            text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
            ? $"is a web page, perhaps saved in place of the file: fetch the file again. {Read}"
            : null;
    }
}
