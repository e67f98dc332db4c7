using System.Buffers.Binary;

namespace Concord.Modeling.Files.Gguf;

/// <summary>
/// What the bytes of blocks of 256 elements mean, whose parts have small scales and minima of their own (the K types
/// and IQ4_XS), as ggml defines it (<c>dequantize_row_*</c> in its <c>ggml-quants.c</c>), every step rounded to fp32.
/// </summary>
internal static class GgufSuperBlocks
{
    private const int Elements = 256;

    /// <summary>
    /// Q2_K: 16 bytes with the scale (low half) and minimum (high half) of 16 elements each, 64 bytes of two bits, d
    /// and dmin (fp16).
    /// </summary>
    public static void TwoBits(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        const int bytes = 84;
        for (; values.Length > 0; blocks = blocks[bytes..], values = values[Elements..])
        {
            float scale = GgufBlocks.Scale(blocks[80..]),
                minimum = GgufBlocks.Scale(blocks[82..]);
            for (var part = 0; part < 16; part++)
            {
                float d = scale * (blocks[part] & 15),
                    m = minimum * (blocks[part] >> 4);
                var (from, shift) = TwoBitsOf(part);
                for (var i = 0; i < 16; i++)
                    values[16 * part + i] = d * (blocks[16 + from + i] >> shift & 3) - m;
            }
        }
    }

    /// <summary>
    /// Q3_K: 32 bytes of third bits (unset where 4 is taken off), 64 bytes of two bits, 12 bytes with the scales of 16
    /// elements each in six bits (32 stands for zero), d (fp16).
    /// </summary>
    public static void ThreeBits(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        const int bytes = 110;
        for (; values.Length > 0; blocks = blocks[bytes..], values = values[Elements..])
        {
            ReadOnlySpan<byte> high = blocks[..32],
                low = blocks[32..96],
                scales = blocks[96..108];
            var scale = GgufBlocks.Scale(blocks[108..]);
            for (var part = 0; part < 16; part++)
            {
                var four = part < 8 ? scales[part] & 15 : scales[part - 8] >> 4;
                var two = scales[8 + part % 4] >> 2 * (part / 4) & 3;
                var d = scale * ((four | two << 4) - 32);
                var (from, shift) = TwoBitsOf(part);
                var bit = 1 << part / 2;
                for (var i = 0; i < 16; i++)
                {
                    var third = high[16 * (part % 2) + i] & bit;
                    values[16 * part + i] = d * ((low[from + i] >> shift & 3) - (third != 0 ? 0 : 4));
                }
            }
        }
    }

    /// <summary>
    /// Q4_K: d and dmin (fp16), 12 bytes with the scales and minima of 32 elements each in six bits, 128 bytes of four
    /// bits.
    /// </summary>
    public static void FourBits(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        const int bytes = 144;
        for (; values.Length > 0; blocks = blocks[bytes..], values = values[Elements..])
        for (var part = 0; part < 8; part++)
        {
            var (d, m) = ScaleAndMinimum(blocks, part);
            var four = blocks.Slice(16 + 32 * (part / 2), 32);
            for (var i = 0; i < 32; i++)
                values[32 * part + i] = d * (part % 2 == 0 ? four[i] & 15 : four[i] >> 4) - m;
        }
    }

    /// <summary>Q5_K: as Q4_K, with 32 bytes of fifth bits before the four bits.</summary>
    public static void FiveBits(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        const int bytes = 176;
        for (; values.Length > 0; blocks = blocks[bytes..], values = values[Elements..])
        for (var part = 0; part < 8; part++)
        {
            var (d, m) = ScaleAndMinimum(blocks, part);
            ReadOnlySpan<byte> fifth = blocks.Slice(16, 32),
                four = blocks.Slice(48 + 32 * (part / 2), 32);
            for (var i = 0; i < 32; i++)
            {
                var low = part % 2 == 0 ? four[i] & 15 : four[i] >> 4;
                values[32 * part + i] = d * (low + (fifth[i] >> part & 1) * 16) - m;
            }
        }
    }

    /// <summary>
    /// Q6_K: 128 bytes of four bits, 64 bytes of two more, the scales of 16 elements each as signed bytes, d (fp16); 32
    /// stands for zero.
    /// </summary>
    public static void SixBits(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        const int bytes = 210;
        for (; values.Length > 0; blocks = blocks[bytes..], values = values[Elements..])
        {
            var scale = GgufBlocks.Scale(blocks[208..]);
            for (var half = 0; half < 2; half++)
            for (var quarter = 0; quarter < 4; quarter++)
            for (var i = 0; i < 32; i++)
            {
                var four = blocks[64 * half + 32 * (quarter % 2) + i];
                var low = quarter < 2 ? four & 15 : four >> 4;
                var two = blocks[128 + 32 * half + i] >> 2 * quarter & 3;
                var d = scale * (sbyte)blocks[192 + 8 * half + 2 * quarter + i / 16];
                values[128 * half + 32 * quarter + i] = d * ((low | two << 4) - 32);
            }
        }
    }

    /// <summary>
    /// IQ4_XS: d (fp16), two high bits of the scales of 32 elements each (16 bits), their four low ones (4 bytes; 32
    /// stands for zero), 128 bytes of places in <see cref="GgufBlocks.NonLinear"/>.
    /// </summary>
    public static void FourBitsNonLinear(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        const int bytes = 136;
        for (; values.Length > 0; blocks = blocks[bytes..], values = values[Elements..])
        {
            var scale = GgufBlocks.Scale(blocks);
            var high = BinaryPrimitives.ReadUInt16LittleEndian(blocks[2..]);
            for (var part = 0; part < 8; part++)
            {
                var low = blocks[4 + part / 2] >> 4 * (part % 2) & 15;
                var d = scale * ((low | (high >> 2 * part & 3) << 4) - 32);
                var four = blocks.Slice(8 + 16 * part, 16);
                for (var i = 0; i < 16; i++)
                {
                    values[32 * part + i] = d * GgufBlocks.NonLinear[four[i] & 15];
                    values[32 * part + 16 + i] = d * GgufBlocks.NonLinear[four[i] >> 4];
                }
            }
        }
    }

    // Two bits of 16 elements: in 32 bytes lie four times 32 elements, one above the other.
    private static (int From, int Shift) TwoBitsOf(int part) => (32 * (part / 8) + 16 * (part % 2), 2 * (part % 8 / 2));

    // Six bits each: the first four lie whole in the first eight bytes, whose upper bits complete the last four.
    private static (float Scale, float Minimum) ScaleAndMinimum(ReadOnlySpan<byte> block, int part)
    {
        var six = block.Slice(4, 12);
        int scale,
            minimum;
        if (part < 4)
            (scale, minimum) = (six[part] & 63, six[part + 4] & 63);
        else
        {
            scale = six[part + 4] & 15 | six[part - 4] >> 6 << 4;
            minimum = six[part + 4] >> 4 | six[part] >> 6 << 4;
        }
        return (GgufBlocks.Scale(block) * scale, GgufBlocks.Scale(block[2..]) * minimum);
    }
}
