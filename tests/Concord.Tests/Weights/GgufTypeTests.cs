using System.Runtime.InteropServices;
using Concord.Modeling.Files.Gguf;
using Xunit;

namespace Concord.Tests.Weights;

public class GgufTypeTests
{
    private static readonly byte[] Half2 = BitConverter.GetBytes((Half)2f),
        HalfMinusQuarter = BitConverter.GetBytes((Half)(-0.25f)),
        Half3 = BitConverter.GetBytes((Half)3f);

    [Fact]
    public void Eight_bits_are_scale_times_signed_byte()
    {
        byte[] bytes = [.. HalfMinusQuarter, .. Enumerable.Range(0, 32).Select(i => (byte)(sbyte)(i * 8 - 128))];
        Assert.Equal(Enumerable.Range(0, 32).Select(i => -0.25f * (i * 8 - 128)), Decode(8, bytes, 32));
    }

    [Fact]
    public void Four_bits_hold_the_first_half_in_the_low_and_the_second_in_the_high_bits_around_eight()
    {
        byte[] block = [.. Half2, .. Enumerable.Range(0, 16).Select(i => (byte)(i | ((15 - i) << 4)))];
        var expected = Enumerable
            .Range(0, 16)
            .Select(i => 2f * (i - 8))
            .Concat(Enumerable.Range(0, 16).Select(i => 2f * (7 - i)));
        Assert.Equal(expected, Decode(2, block, 32));
        // Blocks follow one another.
        Assert.Equal([.. expected, .. expected], Decode(2, [.. block, .. block], 64));
    }

    [Fact]
    public void Four_bits_with_a_minimum_are_scale_times_bits_plus_minimum()
    {
        byte[] block = [.. Half2, .. HalfMinusQuarter, .. Enumerable.Range(0, 16).Select(i => (byte)(i | (3 << 4)))];
        Assert.Equal(
            Enumerable.Range(0, 16).Select(i => 2f * i - 0.25f).Concat(Enumerable.Repeat(5.75f, 16)),
            Decode(3, block, 32)
        );
    }

    [Fact]
    public void Plain_floats_are_what_their_bits_say()
    {
        Assert.Equal(
            [1.5f, -2e-30f],
            Decode(0, [.. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2e-30f)], 2)
        );
        Assert.Equal([3f, 2f], Decode(1, [.. Half3, .. Half2], 2));
        Assert.Equal([1f, -2f, 0.00390625f], Decode(30, [0x80, 0x3f, 0x00, 0xc0, 0x80, 0x3b], 3));
    }

    // The hash (FNV-1a of the values' bytes) of what the formulas of ggml-quants.c, compiled, make of the same 64
    // blocks.
    [Theory]
    [InlineData(6, 0x77736719434F8494UL)] // Q5_0
    [InlineData(7, 0x5E522DF25DAD052BUL)] // Q5_1
    [InlineData(10, 0x6765369C92F01F06UL, 80, 82)] // Q2_K
    [InlineData(11, 0x6F1DB29366CADE16UL, 108)] // Q3_K
    [InlineData(12, 0x9173A4B8760ED3E2UL)] // Q4_K
    [InlineData(13, 0xDD8D70C07FFCCC18UL)] // Q5_K
    [InlineData(14, 0x8DCA1D2CC8BFADC8UL, 208)] // Q6_K
    [InlineData(20, 0x19F37AD79E2C1FD2UL)] // IQ4_NL
    [InlineData(23, 0x68C104C73AF9E9C6UL)] // IQ4_XS
    public void Values_are_those_of_ggml_to_the_bit(uint id, ulong expected, params int[] halves)
    {
        if (halves.Length == 0)
            halves = id is 7 or 12 or 13 ? [0, 2] : [0];
        var type = GgufType.Of(id);
        var hash = 14695981039346656037UL;
        var state = 1UL;
        var bytes = new byte[type.BlockBytes];
        var values = new float[type.BlockElements];
        for (var block = 0; block < 64; block++)
        {
            for (var i = 0; i < bytes.Length; i++)
            {
                state = state * 6364136223846793005UL + 1442695040888963407UL;
                bytes[i] = (byte)(state >> 56);
            }
            foreach (var half in halves)
                bytes[half + 1] &= 0xBF; // finite
            type.Decode(bytes, values);
            foreach (var value in MemoryMarshal.AsBytes<float>(values))
                hash = (hash ^ value) * 1099511628211UL;
        }
        Assert.Equal(expected, hash);
    }

    [Fact]
    public void Other_types_are_not_read_but_have_a_name()
    {
        Assert.False(GgufType.Of(16).CanBeRead);
        Assert.Equal(("IQ2_XXS", "type 99", "Q4_1"), (GgufType.Of(16).Name, GgufType.Of(99).Name, GgufType.Of(3).Name));
        Assert.Equal(
            "BF16, F16, F32, IQ4_NL, IQ4_XS, Q2_K, Q3_K, Q4_0, Q4_1, Q4_K, Q5_0, Q5_1, Q5_K, Q6_K, Q8_0",
            GgufType.Known
        );
    }

    private static float[] Decode(uint type, byte[] bytes, int count)
    {
        var values = new float[count];
        GgufType.Of(type).Decode(bytes, values);
        return values;
    }
}
