using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Concord.Tokenization.Comparisons;

/// <summary>Reads an index from front to back; no count or length in it is believed beyond what is there.</summary>
internal ref struct IndexCursor(ReadOnlySpan<byte> index)
{
    private ReadOnlySpan<byte> rest = index;

    /// <summary>How many things follow, each of at least so many bytes.</summary>
    /// <exception cref="InvalidDataException">As all here: it does not fit.</exception>
    public int Count(int leastBytes)
    {
        var count = Int32();
        return count >= 0 && count <= rest.Length / leastBytes ? count : throw Damaged();
    }

    /// <summary>A number from 0 to before <paramref name="end"/>.</summary>
    public int Below(int end) => Int32() is var number && number >= 0 && number < end ? number : throw Damaged();

    /// <summary>A number of ids.</summary>
    public int Length() => Below(int.MaxValue);

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    public UInt128 UInt128() => BinaryPrimitives.ReadUInt128LittleEndian(Take(16));

    public byte Byte() => Take(1)[0];

    /// <summary>A finite number.</summary>
    public double Finite() =>
        BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double))) is var number && double.IsFinite(number)
            ? number
            : throw Damaged();

    public byte[] Bytes() => Take(Count(1)).ToArray();

    /// <summary>A text in UTF-16 as it stands.</summary>
    public string Text() => new(MemoryMarshal.Cast<byte, char>(Take(2 * Count(2))));

    /// <summary>Refuses what follows the end.</summary>
    public readonly void End()
    {
        if (!rest.IsEmpty)
            throw Damaged();
    }

    public static InvalidDataException Damaged() => new("is damaged");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > rest.Length)
            throw Damaged();
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}
