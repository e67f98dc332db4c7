using System.Runtime.InteropServices;

namespace Concord.Modeling.Files.Gguf;

/// <summary>
/// An element type of GGUF: elements per block, bytes per block, and what a block's bytes mean; of a type that cannot
/// be read its name only.
/// </summary>
internal sealed class GgufType
{
    private delegate void Decoder(ReadOnlySpan<byte> blocks, Span<float> values);

    private static readonly Dictionary<uint, GgufType> Readable = new()
    {
        [0] = new("F32", 1, 4, (blocks, values) => MemoryMarshal.Cast<byte, float>(blocks).CopyTo(values)),
        [1] = new("F16", 1, 2, Half16),
        [2] = new("Q4_0", 32, 18, GgufBlocks.FourBits),
        [3] = new("Q4_1", 32, 20, GgufBlocks.FourBitsAndMinimum),
        [6] = new("Q5_0", 32, 22, GgufBlocks.FiveBits),
        [7] = new("Q5_1", 32, 24, GgufBlocks.FiveBitsAndMinimum),
        [8] = new("Q8_0", 32, 34, GgufBlocks.EightBits),
        [10] = new("Q2_K", 256, 84, GgufSuperBlocks.TwoBits),
        [11] = new("Q3_K", 256, 110, GgufSuperBlocks.ThreeBits),
        [12] = new("Q4_K", 256, 144, GgufSuperBlocks.FourBits),
        [13] = new("Q5_K", 256, 176, GgufSuperBlocks.FiveBits),
        [14] = new("Q6_K", 256, 210, GgufSuperBlocks.SixBits),
        [20] = new("IQ4_NL", 32, 18, GgufBlocks.FourBitsNonLinear),
        [23] = new("IQ4_XS", 256, 136, GgufSuperBlocks.FourBitsNonLinear),
        [30] = new("BF16", 1, 2, BrainFloat16),
    };

    // Only named, so that a refusal says what the file holds.
    private static readonly Dictionary<uint, string> Others = new()
    {
        [9] = "Q8_1",
        [15] = "Q8_K",
        [16] = "IQ2_XXS",
        [17] = "IQ2_XS",
        [18] = "IQ3_XXS",
        [19] = "IQ1_S",
        [21] = "IQ3_S",
        [22] = "IQ2_S",
        [24] = "I8",
        [25] = "I16",
        [26] = "I32",
        [27] = "I64",
        [28] = "F64",
        [29] = "IQ1_M",
        [34] = "TQ1_0",
        [35] = "TQ2_0",
        [39] = "MXFP4",
        [40] = "NVFP4",
    };

    private readonly Decoder? decode;

    private GgufType(string name, int blockElements, int blockBytes, Decoder? decode) =>
        (Name, BlockElements, BlockBytes, this.decode) = (name, blockElements, blockBytes, decode);

    /// <summary>The name ggml has for the type.</summary>
    public string Name { get; }

    /// <summary>Elements that share a scale; 0 of a type that cannot be read.</summary>
    public int BlockElements { get; }

    /// <summary>Bytes of such a block; 0 of a type that cannot be read.</summary>
    public int BlockBytes { get; }

    /// <summary>Whether its values can be read.</summary>
    public bool CanBeRead => decode is not null;

    /// <summary>The names of all types that can be read, for messages.</summary>
    public static string Known =>
        string.Join(", ", Readable.Values.Select(type => type.Name).Order(StringComparer.Ordinal));

    /// <summary>The type of a number in the header.</summary>
    public static GgufType Of(uint id) =>
        Readable.GetValueOrDefault(id) ?? new(Others.GetValueOrDefault(id, $"type {id}"), 0, 0, null);

    /// <summary>
    /// Turns whole blocks into values, each as ggml defines it: scale times integer plus minimum, every step rounded to
    /// fp32.
    /// </summary>
    public void Decode(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        if (decode is null)
            throw new InvalidOperationException($"{Name} cannot be read.");
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
}
