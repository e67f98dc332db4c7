using System.Buffers;
using System.IO.Hashing;
using System.Text;

namespace Concord.Runs.Scoring;

/// <summary>The whole lines of a part, each after its checksum.</summary>
/// <param name="Count">How many are as they were written, one after the other from the first.</param>
/// <param name="Errors">How many of these hold an error.</param>
/// <param name="End">Where they end, from where they begin.</param>
/// <param name="IsDamaged">Whether a line follows that was whole once; a killed run leaves a torn one.</param>
internal readonly record struct PartialLines(int Count, int Errors, long End, bool IsDamaged)
{
    private const int MarkLength = 17; // 16 digits, and a blank or what says that the line holds an error
    private const byte HoldsError = (byte)'!';
    private const int LongestLine = 1 << 30;

    /// <summary>What stands before a line: the checksum of its bytes, of its number, from 1, and of whether it holds an
    /// error; and this.</summary>
    public static byte[] Mark(ReadOnlySpan<byte> line, int number, bool holdsError) =>
        Encoding.ASCII.GetBytes(
            $"{XxHash64.HashToUInt64(line, (2L * number) + (holdsError ? 1 : 0)):x16}{(holdsError ? '!' : ' ')}"
        );

    /// <summary>Reads a stream from where it is.</summary>
    /// <param name="stream">The part, behind its first line.</param>
    /// <param name="target">Gets the lines without their checksums; may be null.</param>
    public static PartialLines Read(Stream stream, Stream? target)
    {
        var result = default(PartialLines);
        var line = new ArrayBufferWriter<byte>();
        var block = new byte[1 << 16];
        for (int count; (count = stream.Read(block)) > 0; )
        {
            for (var rest = block.AsSpan(0, count); !rest.IsEmpty; )
            {
                var end = rest.IndexOf((byte)'\n');
                line.Write(rest[..(end < 0 ? rest.Length : end)]);
                if (line.WrittenCount > LongestLine)
                    return result with { IsDamaged = true };
                if (end < 0)
                    break;
                rest = rest[(end + 1)..];
                if (!IsWhole(line.WrittenSpan, result.Count + 1))
                    return result with { IsDamaged = true };
                var bare = line.WrittenSpan[MarkLength..];
                target?.Write(bare);
                target?.WriteByte((byte)'\n');
                result = new PartialLines(
                    result.Count + 1,
                    result.Errors + (line.WrittenSpan[MarkLength - 1] == HoldsError ? 1 : 0),
                    result.End + line.WrittenCount + 1,
                    false
                );
                line.ResetWrittenCount();
            }
        }
        return result with { IsDamaged = line.WrittenSpan.IndexOf((byte)0) >= 0 };
    }

    private static bool IsWhole(ReadOnlySpan<byte> line, int number) =>
        line.Length >= MarkLength
        && line[..MarkLength].SequenceEqual(Mark(line[MarkLength..], number, line[MarkLength - 1] == HoldsError));
}
