using System.Buffers.Binary;

namespace Concord.Tokenization.SentencePiece;

/// <summary>
/// Reads the fields of a protocol buffer message one by one; lengths are checked against what is there.
/// </summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> rest = message;

    /// <summary>The field's number.</summary>
    public int Field { get; private set; }

    /// <summary>The value of a number field.</summary>
    public ulong Number { get; private set; }

    /// <summary>The content of a string, bytes or message field.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    /// <summary>The value of a 32-bit floating point field.</summary>
    public readonly float Single => BitConverter.UInt32BitsToSingle((uint)Number);

    /// <summary>Goes to the next field; false at the end.</summary>
    /// <exception cref="InvalidDataException">The message is damaged.</exception>
    public bool Read()
    {
        if (rest.IsEmpty)
            return false;
        var tag = Varint();
        Field = (int)(tag >> 3);
        Content = default;
        switch (tag & 7)
        {
            case 0:
                Number = Varint();
                return true;
            case 1:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                return true;
            case 5:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                return true;
            case 2:
                var length = Varint();
                Content = Take(length > int.MaxValue ? int.MaxValue : (int)length);
                return true;
            default:
                throw new InvalidDataException("a field of a kind that is not used any more");
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > rest.Length)
            throw new InvalidDataException("the file ends within a field");
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    private ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
        throw new InvalidDataException("a number that does not end");
    }
}
