using System.Globalization;

namespace Concord.Modeling.Files.Gguf;

/// <summary>
/// The header of a GGUF file: metadata and the table of tensors. Parsing is apart from the disk and takes no count,
/// size or offset on trust.
/// </summary>
internal sealed class GgufHeader
{
    private const int LongestKey = 65535,
        LongestName = 1024,
        LongestText = 16 << 20,
        MostDimensions = 4,
        LargestAlignment = 1 << 20;
    private const ulong MostKeys = 1 << 16,
        MostTensors = 1 << 20;

    private readonly string file;
    private readonly long fileLength;
    private readonly Dictionary<string, GgufValue> metadata = new(StringComparer.Ordinal);
    private readonly List<GgufTensor> tensors = [];

    private GgufHeader(long fileLength, string file) => (this.fileLength, this.file) = (fileLength, file);

    /// <summary>Named in errors.</summary>
    public string File => file;

    /// <summary>The metadata; arrays only by their length.</summary>
    public IReadOnlyDictionary<string, GgufValue> Metadata => metadata;

    /// <summary>The tensors in the order of their bytes.</summary>
    public IReadOnlyList<GgufTensor> Tensors => tensors;

    /// <summary>Whether there is a tensor of this name.</summary>
    public bool Contains(string name) => tensors.Exists(tensor => tensor.Name == name);

    /// <summary>Reads a header.</summary>
    /// <param name="prefix">The first bytes of the file, at least as many as the header has.</param>
    /// <param name="fileLength">Bytes of the whole file.</param>
    /// <param name="file">Named in errors.</param>
    /// <returns>Null where <paramref name="prefix"/> ends within the header but the file does not.</returns>
    /// <exception cref="ConcordException">Anything in it is not as the format says, or cannot be read.</exception>
    public static GgufHeader? Parse(ReadOnlySpan<byte> prefix, long fileLength, string file)
    {
        var header = new GgufHeader(fileLength, file);
        if (
            !prefix.StartsWith("GGUF"u8)
            && ForeignFile.Describe(prefix[..Math.Min(prefix.Length, ForeignFile.Enough)]) is { } foreign
        )
            throw new ConcordException($"{file} is no GGUF file: {foreign}");
        var cursor = new GgufCursor(prefix, fileLength, file);
        header.Read(ref cursor);
        if (!cursor.Overrun)
            return header;
        return prefix.Length < fileLength
            ? null
            : throw header.Bad("it ends within its header: it is cut short. Download it again.");
    }

    private void Read(ref GgufCursor cursor)
    {
        var magic = cursor.Take(4);
        if (!magic.SequenceEqual("GGUF"u8) && !cursor.Overrun)
            throw Bad("it does not begin with GGUF: it is another format.");
        var version = cursor.UInt32();
        if (version is not (2 or 3) && !cursor.Overrun)
            throw Bad(
                version is 0x02000000 or 0x03000000
                    ? "it is a big-endian GGUF file; take the little-endian one."
                    : $"it is GGUF version {version}; versions 2 and 3 are read."
            );
        ulong tensorCount = cursor.UInt64(),
            keyCount = cursor.UInt64();
        // A tensor takes at least 24 bytes, a key 13: a count beyond that cannot be true.
        if (tensorCount > Math.Min(MostTensors, (ulong)cursor.Left / 24))
            throw Bad($"it says it has {tensorCount} tensors, more than fit into it or than any model has.");
        if (keyCount > Math.Min(MostKeys, (ulong)cursor.Left / 13))
            throw Bad($"it says it has {keyCount} metadata keys, more than fit into it or than any model has.");
        for (ulong i = 0; i < keyCount && !cursor.Overrun; i++)
            ReadKey(ref cursor);
        var offsets = new List<(string Name, uint Type, long[] Shape, ulong Offset)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (ulong i = 0; i < tensorCount && !cursor.Overrun; i++)
        {
            var tensor = ReadTensor(ref cursor);
            if (!names.Add(tensor.Name) && !cursor.Overrun)
                throw Bad($"tensor \"{tensor.Name}\" is listed twice; expected each name once.");
            offsets.Add(tensor);
        }
        if (!cursor.Overrun)
            Place(offsets, cursor.Position);
    }

    private void ReadKey(ref GgufCursor cursor)
    {
        var key = cursor.Text(
            LongestKey,
            string.Create(CultureInfo.InvariantCulture, $"the name of metadata key {metadata.Count + 1}")
        );
        var value = ReadValue(ref cursor, cursor.UInt32(), key);
        if (!cursor.Overrun && !metadata.TryAdd(key, value))
            throw Bad($"metadata key \"{key}\" stands in it twice; expected each key once.");
    }

    private GgufValue ReadValue(ref GgufCursor cursor, uint type, string key)
    {
        switch (type)
        {
            case 8:
                return new(Text: cursor.Text(LongestText, $"metadata \"{key}\""));
            case 9:
                return ReadArray(ref cursor, key);
            case 6:
                var single = BitConverter.UInt32BitsToSingle(cursor.UInt32());
                return new(
                    Real: double.Parse(single.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
                );
            case 12:
                return new(Real: BitConverter.UInt64BitsToDouble(cursor.UInt64()));
            default:
                var size = Size(type, key);
                var bytes = cursor.Take(size);
                Int128 integer = 0;
                for (var i = bytes.Length - 1; i >= 0; i--)
                    integer = (integer << 8) | bytes[i];
                var signed = type is 1 or 3 or 5 or 11;
                return new(
                    Integer: signed && bytes.Length > 0 && (bytes[^1] & 128) != 0
                        ? integer - (Int128.One << (8 * size))
                        : integer
                );
        }
    }

    private GgufValue ReadArray(ref GgufCursor cursor, string key)
    {
        var type = cursor.UInt32();
        var count = cursor.UInt64();
        if (cursor.Overrun)
            return default;
        if (type == 9)
            throw Bad($"metadata \"{key}\" is a list of lists, which is not read.");
        var least = type == 8 ? 8 : Size(type, key);
        if (count > (ulong)(cursor.Left / least))
            throw Bad(
                $"metadata \"{key}\" is said to be a list of {count}, more than the file has bytes for. It is "
                    + $"damaged or cut short: download it again."
            );
        if (type == 8)
            for (ulong i = 0; i < count && !cursor.Overrun; i++)
                cursor.Skip(LongestText, $"a text of metadata \"{key}\"");
        else
            // Taken in steps, since the product may exceed 32 bits in a file that large.
            for (var left = count * (ulong)least; left > 0 && !cursor.Overrun; )
            {
                var step = (int)Math.Min(left, 1 << 30);
                cursor.Take(step);
                left -= (ulong)step;
            }
        return new(Length: (long)count);
    }

    private int Size(uint type, string key) =>
        type switch
        {
            0 or 1 or 7 => 1,
            2 or 3 => 2,
            4 or 5 or 6 => 4,
            10 or 11 or 12 => 8,
            _ => throw Bad(
                $"metadata \"{key}\" is of the unknown type {type}. The file is damaged, or newer than GGUF version 3."
            ),
        };

    private (string Name, uint Type, long[] Shape, ulong Offset) ReadTensor(ref GgufCursor cursor)
    {
        var name = cursor.Text(LongestName, "the name of a tensor");
        var dimensions = cursor.UInt32();
        if (dimensions is < 1 or > MostDimensions && !cursor.Overrun)
            throw Bad($"tensor \"{name}\" has {dimensions} dimensions; expected 1 to {MostDimensions}.");
        var shape = new long[Math.Min(dimensions, MostDimensions)];
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            var dimension = cursor.UInt64();
            if (dimension is 0 or > long.MaxValue && !cursor.Overrun)
                throw Bad($"tensor \"{name}\" has a dimension of {dimension}; expected 1 to 2^63 - 1.");
            shape[i] = (long)dimension;
        }
        return (name, cursor.UInt32(), shape, cursor.UInt64());
    }

    private void Place(List<(string Name, uint Type, long[] Shape, ulong Offset)> listed, int headerLength)
    {
        var alignment = ReadAlignment();
        var start = Align(headerLength, alignment);
        long expected = 0;
        var ordered = listed.OrderBy(tensor => tensor.Offset).ToList();
        for (var i = 0; i < ordered.Count; i++)
        {
            var (name, typeId, shape, offset) = ordered[i];
            var type = GgufType.Of(typeId);
            if (offset != (ulong)expected)
                throw Bad(
                    $"tensor \"{name}\" begins at byte {offset} of the data; expected {expected}: tensors must "
                        + $"neither overlap nor leave holes."
                );
            var left = Math.Max(0, fileLength - start - expected);
            // of a type whose blocks are not known it ends where the next one begins
            var next = i + 1 < ordered.Count ? Math.Min(ordered[i + 1].Offset, (ulong)(expected + left)) : 0;
            var bytes =
                type.CanBeRead ? BytesOf(name, type, shape)
                : i + 1 < ordered.Count ? Math.Max(0, (long)next - expected)
                : left;
            if (bytes > left)
                throw Bad(
                    $"tensor \"{name}\" of shape [{string.Join(", ", shape)}] takes {bytes} bytes, but only {left} are "
                        + $"left. The file is cut short: download it again."
                );
            tensors.Add(new GgufTensor(name, type, shape, start + expected, bytes));
            expected = Align(expected + bytes, alignment);
        }
    }

    private long BytesOf(string name, GgufType type, long[] shape)
    {
        if (shape[^1] % type.BlockElements != 0)
            throw Bad(
                $"tensor \"{name}\" has rows of {shape[^1]} elements; {type.Name} needs a multiple of "
                    + $"{type.BlockElements}."
            );
        try
        {
            return checked(
                shape.Aggregate(1L, (product, dimension) => checked(product * dimension))
                / type.BlockElements
                * type.BlockBytes
            );
        }
        catch (OverflowException error)
        {
            throw new ConcordException(
                $"{file}: tensor \"{name}\" of shape [{string.Join(", ", shape)}] has more bytes than 64 bits "
                    + $"can count.",
                error
            );
        }
    }

    private long ReadAlignment()
    {
        const string key = "general.alignment";
        if (!metadata.TryGetValue(key, out var value))
            return 32;
        if (
            value.Integer is not { } alignment
            || alignment < 1
            || alignment > LargestAlignment
            || !Int128.IsPow2(alignment)
        )
            throw Bad($"metadata \"{key}\" is {value}; expected a power of two up to {LargestAlignment}.");
        return (long)alignment;
    }

    private static long Align(long position, long alignment) => (position + alignment - 1) / alignment * alignment;

    private ConcordException Bad(string sentence) => new($"{file}: {sentence}");
}
