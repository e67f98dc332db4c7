using System.Globalization;
using System.Text.Unicode;

namespace Concord.Preferences.Readers;

/// <summary>
/// Counts the records in which something is no UTF-8, as texts of Latin-1 are: what cannot be read stands as U+FFFD,
/// and a whole file of it would be trained on unseen.
/// </summary>
internal sealed class ReplacedBytes
{
    private int records;

    private static ReadOnlySpan<byte> Replacement => "\uFFFD"u8;

    /// <summary>Looks at a record.</summary>
    public void See(ReadOnlySpan<byte> record)
    {
        if (
            !Utf8.IsValid(record)
            || record.IndexOf(Replacement) >= 0
            || record.IndexOf("\\uFFFD"u8) >= 0
            || record.IndexOf("\\ufffd"u8) >= 0
        )
            records++;
    }

    /// <summary>What is to be said at the end; null where there are none.</summary>
    public string? Note(string file) =>
        records == 0
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{file}: {records} {(records == 1 ? "record holds" : "records hold")} bytes that are not UTF-8, or "
                    + $"U+FFFD where such bytes were: save the file as UTF-8 if their texts matter"
            );
}
