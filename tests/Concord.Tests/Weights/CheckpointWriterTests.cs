using Concord.Modeling.Files;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Weights;

public class CheckpointWriterTests
{
    [Fact]
    public void Golden_files_read_and_written_again_are_the_same_bytes()
    {
        foreach (
            var path in Directory
                .GetFiles(Shared.Path("golden"), "*.safetensors", SearchOption.AllDirectories)
                .Where(path => new FileInfo(path).Length < 4 << 20)
        )
        {
            using var scope = torch.NewDisposeScope();
            using var folder = new TemporaryFolder();
            using var file = SafetensorsFile.Open(path);
            var copy = folder.File("copy.safetensors");
            SafetensorsWriter.Write(copy, file.Names.Reverse().Select(name => (name, file.Load(name))), file.Metadata);
            Assert.True(File.ReadAllBytes(path).AsSpan().SequenceEqual(File.ReadAllBytes(copy)), path);
        }
    }

    [Fact]
    public void Tensors_of_every_type_and_layout_come_back_bit_for_bit()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        torch.manual_seed(3);
        var matrix = torch.randn(5, 7);
        var path = folder.File("a.safetensors");
        (string Name, torch.Tensor Value)[] tensors =
        [
            ("f32", matrix),
            ("transposed", matrix.t()),
            ("f64", matrix.to(torch.float64)),
            ("bf16", matrix.to(torch.bfloat16)),
            ("f16", matrix.to(torch.float16)),
            ("i64", torch.arange(6)),
            ("bool", matrix > 0),
            ("scalar", torch.tensor(2.5f)),
            ("empty", torch.zeros(0, 3)),
            ("nan", torch.tensor([float.NaN, float.PositiveInfinity])),
            ("ünï \"quoted\"", torch.ones(1)),
        ];
        SafetensorsWriter.Write(path, tensors);
        using var file = SafetensorsFile.Open(path);
        Assert.Equal(tensors.Length, file.Names.Count);
        Assert.Equal("pt", file.Metadata["format"]);
        foreach (var (name, value) in tensors)
        {
            var read = file.Load(name);
            Assert.Equal((value.dtype, string.Join(",", value.shape)), (read.dtype, string.Join(",", read.shape)));
            Assert.True(read.bytes.SequenceEqual(value.contiguous().bytes), name);
        }
    }

    [Fact]
    public void Conversion_rounds_to_nearest_and_a_value_float16_cannot_hold_is_an_error()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        var values = torch.tensor([1f, 1.00390625f, 1.01171875f, -65504f, 70000f]);
        SafetensorsWriter.Write(folder.File("b.safetensors"), [TensorSource.Of("x", values, torch.bfloat16)]);
        using (var file = SafetensorsFile.Open(folder.File("b.safetensors")))
            // Halfway between two neighbours goes to the even one: 1 + 2^-8 down, 1 + 3·2^-8 up.
            Assert.Equal([1f, 1f, 1.015625f, -65536f, 70144f], file.Load("x", torch.float32).data<float>().ToArray());
        var error = Assert.Throws<ConcordException>(() =>
            SafetensorsWriter.Write(folder.File("h.safetensors"), [TensorSource.Of("x", values, torch.float16)])
        );
        Assert.Contains("tensor \"x\" has values beyond the range of float16", error.Message, StringComparison.Ordinal);
        Assert.Equal(["b.safetensors"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Shards_hold_what_one_file_holds_and_replace_it()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        TensorSource[] sources =
        [
            .. Enumerable.Range(0, 10).Select(i => TensorSource.Of($"layer{i}", torch.full([100], i))),
        ];
        Assert.Equal(["model.safetensors"], CheckpointWriter.Write(folder.Path, sources));
        var written = CheckpointWriter.Write(folder.Path, sources, largestShard: 2400);
        Assert.Equal(5, written.Count);
        Assert.Equal(
            written.Order(StringComparer.Ordinal),
            Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        using (var reader = CheckpointReader.Open(folder.Path))
        {
            Assert.Equal(4, reader.Files.Count);
            for (var i = 0; i < 10; i++)
                Assert.Equal(100 * i, reader.Load($"layer{i}").sum().ToInt64());
            reader.Finish();
        }
        CheckpointWriter.Write(folder.Path, sources);
        Assert.Equal(["model.safetensors"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
        // A tensor larger than a shard has one of its own.
        Assert.Equal(11, CheckpointWriter.Write(folder.Path, sources, largestShard: 1).Count);
    }

    [Fact]
    public void Values_made_when_written_are_disposed_of_one_by_one()
    {
        using var folder = new TemporaryFolder();
        var made = new List<torch.Tensor>();
        var sources = Enumerable
            .Range(0, 5)
            .Select(i =>
                TensorSource.InParts(
                    $"t{i}",
                    [3],
                    torch.float32,
                    () =>
                    {
                        Assert.All(made, tensor => Assert.True(tensor.IsInvalid));
                        made.Add(torch.ones(3));
                        return [made[^1]];
                    }
                )
            );
        SafetensorsWriter.Write(folder.File("a.safetensors"), sources);
        Assert.Equal(5, made.Count);
        Assert.All(made, tensor => Assert.True(tensor.IsInvalid));
        Assert.Throws<ArgumentException>(() =>
            SafetensorsWriter.Write(folder.File("b.safetensors"), [("a", torch.ones(1)), ("a", torch.ones(1))])
        );
    }
}
