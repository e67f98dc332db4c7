using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Concord.Modeling.Files.Gguf;

/// <summary>
/// What the bytes of blocks of 32 elements mean, as ggml defines it (<c>dequantize_row_*</c> in its
/// <c>ggml-quants.c</c>): scale times integer plus minimum, every step rounded to fp32.
/// </summary>
internal static class GgufBlocks
{
    /// <summary>The sixteen values of four bits that lie closer around zero (IQ4_NL, IQ4_XS).</summary>
    public static readonly sbyte[] NonLinear =
    [
        -127,
        -104,
        -83,
        -65,
        -49,
        -35,
        -22,
        -10,
        1,
        13,
        25,
        38,
        53,
        69,
        89,
        113,
    ];

    /// <summary>A number of 16 bits.</summary>
    public static float Scale(ReadOnlySpan<byte> bytes) => (float)MemoryMarshal.Read<Half>(bytes);

    /// <summary>Q8_0: d (fp16), then 32 signed bytes.</summary>
    public static void EightBits(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; blocks = blocks[34..], values = values[32..])
        {
            var scale = Scale(blocks);
            for (var i = 0; i < 32; i++)
                values[i] = scale * (sbyte)blocks[2 + i];
        }
    }

    /// <summary>
    /// Q4_0: d (fp16), then 16 bytes: element i in the low half of byte i, element i + 16 in the high half; 8 stands
    /// for zero.
    /// </summary>
    public static void FourBits(ReadOnlySpan<byte> blocks, Span<float> values)
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

    /// <summary>Q4_1: d and m (fp16), then 16 bytes as in Q4_0; the value is d q + m.</summary>
    public static void FourBitsAndMinimum(ReadOnlySpan<byte> blocks, Span<float> values)
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

    /// <summary>
    /// Q5_0: d (fp16), the fifth bits of the 32 elements, then 16 bytes as in Q4_0; 16 stands for zero.
    /// </summary>
    public static void FiveBits(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; blocks = blocks[22..], values = values[32..])
        {
            var scale = Scale(blocks);
            var high = BinaryPrimitives.ReadUInt32LittleEndian(blocks[2..]);
            for (var i = 0; i < 16; i++)
            {
                values[i] = scale * (Low(blocks[6 + i], high, i) - 16);
                values[i + 16] = scale * (High(blocks[6 + i], high, i) - 16);
            }
        }
    }

    /// <summary>Q5_1: d and m (fp16), then as in Q5_0; the value is d q + m.</summary>
    public static void FiveBitsAndMinimum(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; blocks = blocks[24..], values = values[32..])
        {
            float scale = Scale(blocks),
                minimum = Scale(blocks[2..]);
            var high = BinaryPrimitives.ReadUInt32LittleEndian(blocks[4..]);
            for (var i = 0; i < 16; i++)
            {
                values[i] = scale * Low(blocks[8 + i], high, i) + minimum;
                values[i + 16] = scale * High(blocks[8 + i], high, i) + minimum;
            }
        }
    }

    /// <summary>IQ4_NL: d (fp16), then 16 bytes as in Q4_0, each half a place in <see cref="NonLinear"/>.</summary>
    public static void FourBitsNonLinear(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; blocks = blocks[18..], values = values[32..])
        {
            var scale = Scale(blocks);
            for (var i = 0; i < 16; i++)
            {
                values[i] = scale * NonLinear[blocks[2 + i] & 15];
                values[i + 16] = scale * NonLinear[blocks[2 + i] >> 4];
            }
        }
    }

    private static int Low(byte four, uint fifth, int i) => (four & 15) | (int)((fifth >> i & 1) << 4);

    private static int High(byte four, uint fifth, int i) => (four >> 4) | (int)((fifth >> (i + 16) & 1) << 4);
}
