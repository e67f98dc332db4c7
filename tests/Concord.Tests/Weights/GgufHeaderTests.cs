using Concord.Modeling.Files.Gguf;
using Xunit;

namespace Concord.Tests.Weights;

public class GgufHeaderTests
{
    [Fact]
    public void A_header_gives_metadata_and_tensors_rows_first()
    {
        foreach (var version in (uint[])[2, 3])
        {
            var bytes = Good(version).ToArray();
            var header = GgufHeader.Parse(bytes, bytes.Length, "x.gguf")!;
            Assert.Equal("llama", header.Metadata["general.architecture"].Text);
            Assert.Equal(7, header.Metadata["count"].Integer);
            Assert.Equal(-2, header.Metadata["signed"].Integer);
            Assert.Equal(1e-5, header.Metadata["epsilon"].Real);
            Assert.Equal(3, header.Metadata["tokens"].Length);
            Assert.Equal(2, header.Metadata["scores"].Length);
            Assert.Equal(["a", "b"], header.Tensors.Select(tensor => tensor.Name));
            Assert.Equal([2, 3], header.Tensors[0].Shape);
            Assert.Equal(
                (24, 6, 32 + header.Tensors[0].Offset),
                (header.Tensors[0].Bytes, header.Tensors[0].Count, header.Tensors[1].Offset)
            );
        }
    }

    [Fact]
    public void Every_shorter_prefix_asks_for_more_and_every_shorter_file_is_refused()
    {
        var bytes = Good().ToArray();
        var whole = GgufHeader.Parse(bytes, bytes.Length, "x.gguf")!;
        var headerLength = (int)whole.Tensors[0].Offset - 32;
        for (var length = 0; length <= headerLength; length++)
        {
            Assert.Null(GgufHeader.Parse(bytes.AsSpan(0, length), bytes.Length, "x.gguf"));
            Refused(bytes[..length], "x.gguf: ");
        }
        for (var length = headerLength + 32; length < bytes.Length; length++)
            Refused(bytes[..length], "The file is cut short");
    }

    [Fact]
    public void A_wrong_header_is_refused_naming_file_and_tensor_or_key()
    {
        Refused([.. "GGML"u8, .. new byte[100]], "does not begin with GGUF");
        Refused(Good(1).ToArray(), "GGUF version 1; versions 2 and 3 are read");
        Refused(Good(0x03000000).ToArray(), "big-endian");
        Refused(new GgufBytes { StatedTensors = ulong.MaxValue }.ToArray(), "18446744073709551615 tensors");
        Refused(new GgufBytes { StatedKeys = 1UL << 40 }.ToArray(), "1099511627776 metadata keys");
        Refused(new GgufBytes().Key("a", 1u).Key("a", 2u).ToArray(), "metadata key \"a\" stands in it twice");
        Refused(new GgufBytes().Key("a", 99, 0).ToArray(), "metadata \"a\" is of the unknown type 99");
        Refused(new GgufBytes().Key("a", 9, [.. BitConverter.GetBytes(9u), .. new byte[8]]).ToArray(), "list of lists");
        Refused(
            new GgufBytes().Key("a", 9, [.. BitConverter.GetBytes(4u), .. BitConverter.GetBytes(1UL << 62)]).ToArray(),
            "a list of 4611686018427387904"
        );
        Refused(
            new GgufBytes().Key("a", 8, BitConverter.GetBytes(ulong.MaxValue)).ToArray(),
            "metadata \"a\" is said to have 18446744073709551615 bytes"
        );
        Refused(
            new GgufBytes().Key("a", 8, [1, 0, 0, 0, 0, 0, 0, 0, 0xff]).ToArray(),
            "metadata \"a\" is not valid UTF-8"
        );
        Refused(
            new GgufBytes().Key("general.alignment", 24u).ToArray().Concat(new byte[64]).ToArray(),
            "\"general.alignment\" is 24; expected a power of two"
        );
        Refused(
            new GgufBytes().Tensor("t", 3, [48], new byte[64]).ToArray(),
            "tensor \"t\" has rows of 48 elements; Q4_1 needs a multiple of 32"
        );
        Refused(
            new GgufBytes().Tensor("t", 0, [1UL << 32, 1UL << 32], new byte[64]).ToArray(),
            "tensor \"t\" of shape [4294967296, 4294967296] has more bytes"
        );
        Refused(
            new GgufBytes().Tensor("t", 0, [1UL << 62], new byte[64]).ToArray(),
            "tensor \"t\" of shape [4611686018427387904] has more bytes"
        );
        Refused(
            new GgufBytes().Tensor("t", 0, [ulong.MaxValue], new byte[64]).ToArray(),
            "tensor \"t\" has a dimension of 18446744073709551615"
        );
        Refused(new GgufBytes().Tensor("t", 0, [4, 0], new byte[64]).ToArray(), "tensor \"t\" has a dimension of 0");
        Refused(
            new GgufBytes().Tensor("t", 0, [1, 1, 1, 1, 1], new byte[64]).ToArray(),
            "tensor \"t\" has 5 dimensions"
        );
        Refused(
            new GgufBytes().Tensor("t", 0, [32], new byte[64]).ToArray(),
            "tensor \"t\" of shape [32] takes 128 bytes, but only 64 are left"
        );
        Refused(
            new GgufBytes().Tensor("t", 0, [16], new byte[64], offset: 32).ToArray(),
            "tensor \"t\" begins at byte 32 of the data; expected 0"
        );
        Refused(
            new GgufBytes().Tensor("t", 0, [16], new byte[64]).Tensor("u", 0, [16], new byte[64], offset: 32).ToArray(),
            "tensor \"u\" begins at byte 32 of the data; expected 64"
        );
        Refused(
            new GgufBytes().Tensor("t", 0, [16], new byte[64]).Tensor("t", 0, [16], new byte[64]).ToArray(),
            "tensor \"t\" is listed twice"
        );
    }

    [Fact]
    public void Headers_of_random_damage_give_a_table_that_holds_or_a_sentence()
    {
        var random = new Random(2);
        var source = Good().ToArray();
        int accepted = 0,
            refused = 0;
        for (var run = 0; run < 20_000; run++)
        {
            var bytes = source.ToList();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes[at] = 255;
                        break;
                    case 2:
                        bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
                        break;
                    default:
                        bytes.InsertRange(at, new byte[random.Next(1, 9)]);
                        break;
                }
                if (bytes.Count == 0)
                    bytes.Add(0);
            }
            try
            {
                var header = GgufHeader.Parse(bytes.ToArray(), bytes.Count, "x.gguf")!;
                Assert.All(
                    header.Tensors,
                    tensor =>
                        Assert.True(
                            tensor.Offset + tensor.Bytes <= bytes.Count
                                && tensor.Count == tensor.Shape.Aggregate((a, b) => a * b)
                        )
                );
                accepted++;
            }
            catch (ConcordException error)
            {
                Assert.StartsWith("x.gguf: ", error.Message, StringComparison.Ordinal);
                refused++;
            }
        }
        Assert.True(accepted > 1000 && refused > 5_000, $"{accepted} accepted, {refused} refused");
    }

    private static GgufBytes Good(uint version = 3) =>
        new GgufBytes { Version = version }
            .Key("general.architecture", "llama")
            .Key("count", 7u)
            .Key("signed", 1, 0xfe)
            .Key("epsilon", 1e-5f)
            .Key("wide", 12, BitConverter.GetBytes(2.5))
            .Key("flag", 7, 1)
            .Key(
                "tokens",
                9,
                [
                    .. BitConverter.GetBytes(8u),
                    .. BitConverter.GetBytes(3UL),
                    .. GgufBytes.Text("a"),
                    .. GgufBytes.Text(""),
                    .. GgufBytes.Text("ü"),
                ]
            )
            .Key("scores", 9, [.. BitConverter.GetBytes(6u), .. BitConverter.GetBytes(2UL), .. new byte[8]])
            .Floats("a", [3, 2], [1, 2, 3, 4, 5, 6])
            .Tensor("b", 3, [64], new byte[40]);

    private static void Refused(byte[] bytes, string expected)
    {
        var error = Assert.Throws<ConcordException>(() => GgufHeader.Parse(bytes, bytes.Length, "x.gguf"));
        Assert.StartsWith("x.gguf: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
