using System.Runtime.InteropServices;

namespace Concord.Modeling.Files.Gguf;

/// <summary>
/// An element type of GGUF that can be read: elements per block, bytes per block, and what a block's bytes mean.
/// </summary>
internal sealed class GgufType
{
    private delegate void Decoder(ReadOnlySpan<byte> blocks, Span<float> values);

    private static readonly Dictionary<uint, GgufType> Readable = new()
    {
        [0] = new("F32", 1, 4, (blocks, values) => MemoryMarshal.Cast<byte, float>(blocks).CopyTo(values)),
        [1] = new("F16", 1, 2, Half16),
        [2] = new("Q4_0", 32, 18, FourBits),
        [3] = new("Q4_1", 32, 20, FourBitsAndMinimum),
        [8] = new("Q8_0", 32, 34, EightBits),
        [30] = new("BF16", 1, 2, BrainFloat16),
    };

    // Only named, so that a refusal says what the file holds.
    private static readonly Dictionary<uint, string> Others = new()
    {
        [6] = "Q5_0",
        [7] = "Q5_1",
        [9] = "Q8_1",
        [10] = "Q2_K",
        [11] = "Q3_K",
        [12] = "Q4_K",
        [13] = "Q5_K",
        [14] = "Q6_K",
        [15] = "Q8_K",
        [16] = "IQ2_XXS",
        [17] = "IQ2_XS",
        [18] = "IQ3_XXS",
        [19] = "IQ1_S",
        [20] = "IQ4_NL",
        [21] = "IQ3_S",
        [22] = "IQ2_S",
        [23] = "IQ4_XS",
        [24] = "I8",
        [25] = "I16",
        [26] = "I32",
        [27] = "I64",
        [28] = "F64",
        [29] = "IQ1_M",
        [34] = "TQ1_0",
        [35] = "TQ2_0",
        [39] = "MXFP4",
    };

    private readonly Decoder decode;

    private GgufType(string name, int blockElements, int blockBytes, Decoder decode) =>
        (Name, BlockElements, BlockBytes, this.decode) = (name, blockElements, blockBytes, decode);

    /// <summary>The name ggml has for the type.</summary>
    public string Name { get; }

    /// <summary>Elements that share a scale.</summary>
    public int BlockElements { get; }

    /// <summary>Bytes of such a block.</summary>
    public int BlockBytes { get; }

    /// <summary>The names of all types that can be read, for messages.</summary>
    public static string Known =>
        string.Join(", ", Readable.Values.Select(type => type.Name).Order(StringComparer.Ordinal));

    /// <summary>The type of a number in the header, or null where it cannot be read.</summary>
    public static GgufType? Find(uint id) => Readable.GetValueOrDefault(id);

    /// <summary>What the type of a number is called.</summary>
    public static string NameOf(uint id) => Find(id)?.Name ?? Others.GetValueOrDefault(id, $"type {id}");

    /// <summary>
    /// Turns whole blocks into values, each as ggml defines it: scale times integer plus minimum, every step rounded to
    /// fp32.
    /// </summary>
    public void Decode(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        if (blocks.Length % BlockBytes != 0 || blocks.Length / BlockBytes * (long)BlockElements != values.Length)
            throw new ArgumentException(
                $"{blocks.Length} bytes of {Name} are not {values.Length} values.",
                nameof(values)
            );
        decode(blocks, values);
    }

    private static void Half16(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        var halves = MemoryMarshal.Cast<byte, Half>(blocks);
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)halves[i];
    }

    private static void BrainFloat16(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        var bits = MemoryMarshal.Cast<byte, ushort>(blocks);
        for (var i = 0; i < values.Length; i++)
            values[i] = BitConverter.UInt32BitsToSingle((uint)bits[i] << 16);
    }

    // d (fp16), then 32 signed bytes.
    private static void EightBits(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; blocks = blocks[34..], values = values[32..])
        {
            var scale = Scale(blocks);
            for (var i = 0; i < 32; i++)
                values[i] = scale * (sbyte)blocks[2 + i];
        }
    }

    // d (fp16), then 16 bytes: element i in the low half of byte i, element i + 16 in the high half; 8 stands for zero.
    private static void FourBits(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; blocks = blocks[18..], values = values[32..])
        {
            var scale = Scale(blocks);
            for (var i = 0; i < 16; i++)
            {
                values[i] = scale * ((blocks[2 + i] & 15) - 8);
                values[i + 16] = scale * ((blocks[2 + i] >> 4) - 8);
            }
        }
    }

    // d and m (fp16), then 16 bytes as above; the value is d q + m.
    private static void FourBitsAndMinimum(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; blocks = blocks[20..], values = values[32..])
        {
            float scale = Scale(blocks),
                minimum = Scale(blocks[2..]);
            for (var i = 0; i < 16; i++)
            {
                values[i] = scale * (blocks[4 + i] & 15) + minimum;
                values[i + 16] = scale * (blocks[4 + i] >> 4) + minimum;
            }
        }
    }

    private static float Scale(ReadOnlySpan<byte> bytes) => (float)MemoryMarshal.Read<Half>(bytes);
}
