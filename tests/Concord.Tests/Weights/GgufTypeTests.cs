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

    [Fact]
    public void Other_types_are_not_read_but_have_a_name()
    {
        Assert.Null(GgufType.Find(14));
        Assert.Equal(("Q6_K", "type 99", "Q4_1"), (GgufType.NameOf(14), GgufType.NameOf(99), GgufType.NameOf(3)));
        Assert.Equal("BF16, F16, F32, Q4_0, Q4_1, Q8_0", GgufType.Known);
    }

    private static float[] Decode(uint type, byte[] bytes, int count)
    {
        var values = new float[count];
        GgufType.Find(type)!.Decode(bytes, values);
        return values;
    }
}
