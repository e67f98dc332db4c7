using System.Buffers.Binary;
using System.Text;

namespace Concord.Tests;

/// <summary>Damages files: bits, bytes, lengths, words, whole parts.</summary>
internal sealed class Mutator(int seed, string[] words)
{
    private static readonly long[] Telling =
    [
        0,
        1,
        -1,
        0x7F,
        0x80,
        0xFF,
        0x7FFF,
        0xFFFF,
        int.MaxValue,
        int.MinValue,
        uint.MaxValue,
        long.MaxValue,
        1L << 33,
        1L << 40,
    ];

    private static readonly string[] Common =
    [
        "\"",
        "\\",
        "\\ud800",
        "\\udc00",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "null",
        "true",
        "-1",
        "1e999",
        "99999999999999999999",
        "0.1",
        "\n",
        "\0",
        "\u001b[31m",
        "😀",
    ];

    private readonly Random random = new(seed);

    /// <summary>A damaged copy of one of the files.</summary>
    public byte[] Next(IReadOnlyList<byte[]> files)
    {
        var bytes = new List<byte>(files[random.Next(files.Count)]);
        for (var count = random.Next(1, 5); count > 0; count--)
            Damage(bytes, files);
        return [.. bytes];
    }

    private void Damage(List<byte> bytes, IReadOnlyList<byte[]> files)
    {
        var at = random.Next(bytes.Count + 1);
        var room = bytes.Count - at;
        switch (random.Next(10))
        {
            case 0 when room > 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when room > 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2 when room > 0:
                bytes.RemoveRange(at, random.Next(1, Math.Min(room, 64) + 1));
                break;
            case 3:
                bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), random.Next(1, 32)));
                break;
            case 4 when room > 0:
                bytes.InsertRange(at, bytes.GetRange(at, random.Next(1, Math.Min(room, 256) + 1)));
                break;
            case 5:
                bytes.RemoveRange(at, room);
                break;
            case 6 when room >= 8:
                Number(bytes, at);
                break;
            case 7:
                bytes.InsertRange(at, Word());
                break;
            case 8:
                bytes.InsertRange(at, Enumerable.Repeat(Word(), random.Next(1, 200)).SelectMany(word => word));
                break;
            case 9:
                var other = files[random.Next(files.Count)];
                var from = random.Next(other.Length + 1);
                bytes.InsertRange(at, other.AsSpan(from, random.Next(other.Length - from + 1)));
                break;
        }
    }

    private byte[] Word()
    {
        var from = words.Length > 0 && random.Next(2) == 0 ? words : Common;
        return Encoding.UTF8.GetBytes(from[random.Next(from.Length)]);
    }

    private void Number(List<byte> bytes, int at)
    {
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(number, Telling[random.Next(Telling.Length)] + random.Next(-1, 2));
        var width = 1 << random.Next(4);
        for (var i = 0; i < width; i++)
            bytes[at + i] = number[i];
    }
}
