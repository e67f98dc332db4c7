using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Concord.Modeling.Files;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Weights;

public class SafetensorsFileTests
{
    [Fact]
    public void Every_golden_file_is_read_and_each_value_is_what_its_bytes_say()
    {
        var files = Directory.GetFiles(Shared.Path("golden"), "*.safetensors", SearchOption.AllDirectories);
        Assert.True(files.Length > 50);
        foreach (var path in files)
        {
            using var scope = torch.NewDisposeScope();
            using var file = SafetensorsFile.Open(path);
            var (header, data) = ReadApart(path);
            Assert.Equal(header.Keys.Order(StringComparer.Ordinal), file.Names);
            foreach (var (name, (dtype, shape, begin, end)) in header)
            {
                var tensor = file.Load(name);
                Assert.Equal(shape, tensor.shape);
                Assert.Equal(shape, file.Shape(name));
                Assert.True(tensor.bytes.SequenceEqual(data.AsSpan(begin, end - begin)), $"{path} {name}");
                var expected = dtype switch
                {
                    "F32" => torch.ScalarType.Float32,
                    "F16" => torch.ScalarType.Float16,
                    "BF16" => torch.ScalarType.BFloat16,
                    _ => torch.ScalarType.Float64,
                };
                Assert.Equal((expected, expected), (tensor.dtype, file.Dtype(name)));
            }
        }
    }

    [Theory]
    [InlineData("gpt_neox_fp16")]
    [InlineData("llama_gqa_bf16")]
    public void Sixteen_bit_floats_widen_without_loss_whatever_the_size_of_the_parts(string name)
    {
        using var scope = torch.NewDisposeScope();
        var path = Shared.Path($"golden/backbones/{name}/model.safetensors");
        using var file = SafetensorsFile.Open(path);
        var (header, data) = ReadApart(path);
        foreach (var (tensorName, (dtype, _, begin, end)) in header)
        {
            var expected = new float[(end - begin) / 2];
            for (var i = 0; i < expected.Length; i++)
            {
                var bits = BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan(begin + 2 * i));
                expected[i] =
                    dtype == "F16"
                        ? (float)BitConverter.UInt16BitsToHalf(bits)
                        : BitConverter.UInt32BitsToSingle((uint)bits << 16);
            }
            Assert.Equal(expected, file.Load(tensorName, torch.ScalarType.Float32).data<float>().ToArray());
            var entry = file.Entry(tensorName);
            var inParts = torch.zeros(entry.Shape);
            file.Read(entry, inParts, chunkElements: 37);
            Assert.Equal(expected, inParts.data<float>().ToArray());
            var stored = torch.zeros(entry.Shape, dtype: file.Dtype(tensorName));
            file.Read(entry, stored, chunkElements: 37);
            Assert.True(stored.bytes.SequenceEqual(data.AsSpan(begin, end - begin)));
        }
    }

    [Fact]
    public void A_tensor_is_read_into_a_view_of_a_buffer_and_nowhere_else()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = Write(
            folder,
            """{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}""",
            [.. new float[] { 1, 2, 3, 4 }.SelectMany(BitConverter.GetBytes)]
        );
        using var file = SafetensorsFile.Open(path);
        var buffer = torch.zeros(6);
        file.LoadInto("a", buffer.narrow(0, 1, 4).view(2, 2));
        Assert.Equal([0, 1, 2, 3, 4, 0], buffer.data<float>().ToArray());
        Assert.Contains(
            "shape [2, 2]; expected [4]",
            Assert.Throws<ConcordException>(() => file.LoadInto("a", torch.zeros(4))).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "no tensor \"b\"",
            Assert.Throws<ConcordException>(() => file.Load("b")).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_damaged_file_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        var whole = File.ReadAllBytes(
            Write(folder, """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", new byte[4])
        );
        Refused([], "at least 8");
        Refused(whole[..7], "at least 8");
        Refused(whole[..20], "cut short");
        Refused(whole[..^1], "tensor \"a\"");
        Refused([.. whole, 0], "tensor \"a\", the last");
        Refused([.. Enumerable.Repeat((byte)255, 100)], "at most 100000000");
        Refused([.. BitConverter.GetBytes(100_000_001UL), .. new byte[8]], "at most 100000000");

        void Refused(byte[] bytes, string expected)
        {
            var path = folder.File("damaged.safetensors");
            File.WriteAllBytes(path, bytes);
            var error = Assert.Throws<ConcordException>(() => SafetensorsFile.Open(path));
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Types_that_are_no_weights_are_listed_but_not_loaded()
    {
        using var folder = new TemporaryFolder();
        using var file = SafetensorsFile.Open(
            Write(folder, """{"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}""", new byte[2])
        );
        Assert.Equal([2], file.Shape("a"));
        Assert.Contains(
            "tensor \"a\" is stored as F8_E4M3",
            Assert.Throws<ConcordException>(() => file.Load("a")).Message,
            StringComparison.Ordinal
        );
    }

    private static string Write(TemporaryFolder folder, string header, byte[] data)
    {
        var path = folder.File("model.safetensors");
        File.WriteAllBytes(
            path,
            [.. BitConverter.GetBytes((ulong)header.Length), .. Encoding.ASCII.GetBytes(header), .. data]
        );
        return path;
    }

    /// <summary>The format read a second way, by its specification alone.</summary>
    private static (Dictionary<string, (string Dtype, long[] Shape, int Begin, int End)> Header, byte[] Data) ReadApart(
        string path
    )
    {
        var bytes = File.ReadAllBytes(path);
        var size = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        using var document = JsonDocument.Parse(bytes.AsMemory(8, size));
        var tensors = document
            .RootElement.EnumerateObject()
            .Where(property => property.Name != "__metadata__")
            .ToDictionary(
                property => property.Name,
                property =>
                    (
                        property.Value.GetProperty("dtype").GetString()!,
                        property
                            .Value.GetProperty("shape")
                            .EnumerateArray()
                            .Select(dimension => dimension.GetInt64())
                            .ToArray(),
                        property.Value.GetProperty("data_offsets")[0].GetInt32(),
                        property.Value.GetProperty("data_offsets")[1].GetInt32()
                    )
            );
        return (tensors, bytes[(8 + size)..]);
    }
}
