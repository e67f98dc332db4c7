using System.Buffers.Binary;
using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using Concord.Modeling.Folders;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Weights;

public class GgufImportTests
{
    [Fact]
    public void The_real_model_comes_out_with_the_names_shapes_and_numbers_of_its_file()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        var source = Shared.Path("models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf");
        var result = GgufImport.Run(source, folder.Path);

        Assert.Equal(134_515_008, result.ParameterCount);
        Assert.Equal(["model.safetensors"], result.WeightFiles);
        Assert.Equal(
            ["tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "generation_config.json"],
            result.CopiedFiles
        );
        Assert.True(result.HasTokenizer && result.HasChatTemplate);
        var published = BackboneConfig.Read(Path.GetDirectoryName(source)!);
        Assert.Equal(published with { Dtype = torch.float32 }, BackboneConfig.Read(folder.Path));
        using (var file = SafetensorsFile.Open(folder.File("model.safetensors")))
            Assert.Equal("pt", file.Metadata["format"]);

        using var reader = CheckpointReader.Open(folder.Path);
        Assert.Equal(
            ModelTensors.Backbone(published).Select(tensor => tensor.Name).Order(StringComparer.Ordinal),
            reader.Names
        );
        Assert.All(reader.Names, name => Assert.Equal(torch.float32, reader.Dtype(name)));
        var (offsets, bytes) = ReadApart(source);
        // Embedding Q8_0, norm F32, projections Q4_1; rows of k and q change places within each head of 64.
        Same("model.embed_tokens.weight", "token_embd.weight", 576, 34, Eight, row => row);
        Same("model.layers.3.mlp.down_proj.weight", "blk.3.ffn_down.weight", 1536, 20, Four, row => row);
        Same("model.layers.3.self_attn.v_proj.weight", "blk.3.attn_v.weight", 576, 20, Four, row => row);
        Same("model.layers.0.self_attn.k_proj.weight", "blk.0.attn_k.weight", 576, 20, Four, Paired);
        Same("model.layers.29.self_attn.q_proj.weight", "blk.29.attn_q.weight", 576, 20, Four, Paired);
        var norm = reader.Load("model.layers.7.post_attention_layernorm.weight");
        Assert.True(norm.bytes.SequenceEqual(bytes.AsSpan((int)offsets["blk.7.ffn_norm.weight"], 4 * 576)));

        static int Paired(int row) => row / 64 * 64 + row % 32 * 2 + row % 64 / 32;

        void Same(
            string name,
            string gguf,
            int columns,
            int blockBytes,
            Func<byte[], int, int, float> value,
            Func<int, int> place
        )
        {
            var tensor = reader.Load(name);
            var values = tensor.data<float>().ToArray();
            var rows = (int)tensor.shape[0];
            foreach (var row in (int[])[0, 1, 31, 32, 33, 64, 100, rows - 1])
                for (var column = 0; column < columns; column++)
                {
                    var block = (int)offsets[gguf] + (place(row) * (columns / 32) + column / 32) * blockBytes;
                    Assert.Equal(value(bytes, block, column % 32), values[row * columns + column]);
                }
        }
    }

    [Fact]
    public void A_file_of_llama_cpps_quantize_is_imported_with_its_output_in_six_bits()
    {
        using var folder = new TemporaryFolder();
        var result = GgufImport.Run(
            Shared.Path("cases", "gguf-q4_0-with-q6_k-output", "model.Q4_0.gguf"),
            folder.File("model")
        );
        Assert.Empty(result.LeftOut);
        using var reader = CheckpointReader.Open(folder.File("model"));
        Assert.Contains("lm_head.weight", reader.Names);
    }

    [Fact]
    public void A_projection_of_a_type_that_is_not_read_is_left_out_any_other_tensor_is_refused_first()
    {
        using var folder = new TemporaryFolder();
        var source = Shared.Path("cases", "gguf-q4_0-with-q6_k-output", "model.Q4_0.gguf");
        foreach (var (name, whole) in ((string, bool)[])[("output.weight", false), ("blk.0.ffn_down.weight", true)])
        {
            var bytes = File.ReadAllBytes(source);
            var text = System.Text.Encoding.UTF8.GetBytes(name);
            var at = bytes.AsSpan().IndexOf(text) + text.Length;
            var dimensions = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + 4 + 8 * (int)dimensions), 22); // IQ2_S
            var file = folder.File($"{name}.gguf");
            File.WriteAllBytes(file, bytes);
            var to = folder.File($"to-{name}");
            if (whole)
            {
                var error = Assert.Throws<ConcordException>(() => GgufImport.Run(file, to));
                Assert.Contains($"\"{name}\" is IQ2_S", error.Message, StringComparison.Ordinal);
                Assert.False(Directory.Exists(to));
                continue;
            }
            var result = GgufImport.Run(file, to);
            Assert.Contains("IQ2_S", Assert.Single(result.LeftOut), StringComparison.Ordinal);
            using var reader = CheckpointReader.Open(to);
            Assert.DoesNotContain("lm_head.weight", reader.Names);
            using var model = Concord.Modeling.Rewards.RewardModel.Load(
                to,
                new Concord.Modeling.Rewards.RewardModelOptions { HeadSeed = 1 }
            );
        }
    }

    [Fact]
    public void A_damaged_file_is_a_sentence()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<ConcordException>(() =>
            GgufImport.Run(Shared.Path("cases", "hostile", "fuzz", "gguf_import-SLOW_2150_ms-1"), folder.File("m"))
        );
    }

    [Fact]
    public void A_small_model_of_every_form_is_imported()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        foreach (var (output, lmHead) in ((bool?, bool)[])[(null, false), (true, false), (false, true)])
        {
            var to = folder.File($"out-{output}");
            var result = GgufImport.Run(Write(folder, Small(output)), to);
            Assert.False(result.HasTokenizer || result.HasChatTemplate);
            Assert.Equal(!lmHead, result.Config.TiedEmbeddings);
            using var reader = CheckpointReader.Open(to);
            Assert.Equal(lmHead, reader.Contains("lm_head.weight"));
            // Head of four: file rows 0, 2, 1, 3 are the pairs' firsts, then their seconds.
            Assert.Equal(
                [0, 2, 1, 3, 4, 6, 5, 7],
                reader
                    .Load("model.layers.0.self_attn.q_proj.weight")
                    .select(1, 0)
                    .data<float>()
                    .ToArray()
                    .Select(value => (int)value / 8)
            );
            Assert.Equal(
                [0, 1, 2, 3],
                reader
                    .Load("model.layers.0.self_attn.v_proj.weight")
                    .select(1, 0)
                    .data<float>()
                    .ToArray()
                    .Select(value => (int)value / 8)
            );
        }
    }

    [Fact]
    public void Types_shards_and_a_tokenizer_elsewhere_are_written_where_asked()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        var source = Write(folder, Small(null));
        var to = folder.File("out");
        var options = new GgufImportOptions
        {
            Type = torch.bfloat16,
            LargestShard = 200,
            TokenizerFolder = Shared.Path("models/smollm2-135m-instruct"),
        };
        var result = GgufImport.Run(source, to, options);
        Assert.True(result.HasTokenizer && result.HasChatTemplate && result.WeightFiles.Count > 2);
        Assert.Equal(torch.bfloat16, BackboneConfig.Read(to).Dtype);
        using var reader = CheckpointReader.Open(to);
        Assert.All(reader.Names, name => Assert.Equal(torch.bfloat16, reader.Dtype(name)));
        Assert.Contains(
            "neither tokenizer.json",
            Assert
                .Throws<ConcordException>(() =>
                    GgufImport.Run(source, folder.File("other"), options with { TokenizerFolder = folder.Path })
                )
                .Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "is there already and holds",
            Assert.Throws<ConcordException>(() => GgufImport.Run(source, folder.Path)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_model_that_is_not_whole_or_another_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        Refused(
            new GgufBytes().Key("general.architecture", "gemma2"),
            "architecture is \"gemma2\"; \"llama\", \"phi3\" are read"
        );
        Refused(new GgufBytes().Key("other", "x"), "not named");
        Refused(Small(null, rope: "yarn"), "\"llama.rope.scaling.type\" is \"yarn\"");
        Refused(
            Small(null, heads: 3),
            "\"llama.embedding_length\" is 8; expected a multiple of llama.attention.head_count, 3"
        );
        Refused(
            Small(null).Floats("blk.0.extra", [1], [1]),
            "holds 1 tensors a Llama model has no place for: \"blk.0.extra\""
        );
        Refused(Small(null, normName: "blk.0.other"), "has no tensor \"blk.0.attn_norm.weight\"");
        Refused(Small(null, inner: 5), "tensor \"blk.0.ffn_gate.weight\" has shape [4, 8]; expected [5, 8]");
        Refused(
            Small(null, first: float.NaN),
            "tensor \"token_embd.weight\" holds a value that is not a finite number"
        );
        Refused(
            Small(null).Key("tokenizer.ggml.padding_token_id", 6u),
            "\"tokenizer.ggml.padding_token_id\" is 6; expected an integer from 0 to 5"
        );
        Refused(Small(null).Key("split.count", 2u), "llama-gguf-split");
        Assert.Empty(Directory.GetFiles(folder.Path, "*.partial", SearchOption.AllDirectories));

        void Refused(GgufBytes gguf, string expected)
        {
            var source = Write(folder, gguf);
            var error = Assert.Throws<ConcordException>(() => GgufImport.Run(source, folder.File("out")));
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
            Assert.Contains(source, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_factors_of_llama_3_are_recognised_by_their_table()
    {
        foreach (var factor in (double[])[8, 32])
        {
            var table = Enumerable
                .Range(0, 64)
                .Select(i =>
                {
                    var wavelength = 2 * Math.PI / Math.Pow(500000, -i / 64.0);
                    if (wavelength < 8192 / 4.0)
                        return 1f;
                    if (wavelength > 8192)
                        return (float)factor;
                    var smooth = (8192 / wavelength - 1) / 3;
                    return (float)(1 / ((1 - smooth) / factor + smooth));
                })
                .ToArray();
            Assert.Equal(
                new RopeScaling(RopeScalingKind.Llama3, factor, 1, 4, 8192),
                GgufConfig.Llama3(table, 128, 500000)
            );
            table[40] *= 1.01f;
            Assert.Null(GgufConfig.Llama3(table, 128, 500000));
        }
        Assert.Null(GgufConfig.Llama3([0f, 0f], 4, 10000));
    }

    private static string Write(TemporaryFolder folder, GgufBytes gguf)
    {
        var path = folder.File("small.gguf");
        File.WriteAllBytes(path, gguf.ToArray());
        return path;
    }

    /// <summary>
    /// One layer, hidden 8, two heads of four, one key head, vocabulary 6; the value of each element of a matrix is its
    /// place.
    /// </summary>
    /// <param name="output">Null for no output projection, true for one equal to the embedding, false for
    /// another.</param>
    internal static GgufBytes Small(
        bool? output,
        string? rope = null,
        uint heads = 2,
        uint inner = 4,
        string normName = "blk.0.attn_norm.weight",
        float first = 0
    )
    {
        var gguf = new GgufBytes()
            .Key("general.architecture", "llama")
            .Key("llama.block_count", 1u)
            .Key("llama.context_length", 16u)
            .Key("llama.embedding_length", 8u)
            .Key("llama.feed_forward_length", inner)
            .Key("llama.attention.head_count", heads)
            .Key("llama.attention.head_count_kv", 1u)
            .Key("llama.attention.layer_norm_rms_epsilon", 1e-6f);
        if (rope is not null)
            gguf.Key("llama.rope.scaling.type", rope);
        Matrix("token_embd.weight", 6, 8, first);
        if (output is not null)
            Matrix("output.weight", 6, 8, output.Value ? 0 : 1);
        Norm("output_norm.weight");
        Norm(normName);
        Norm("blk.0.ffn_norm.weight");
        Matrix("blk.0.attn_q.weight", 8, 8);
        Matrix("blk.0.attn_k.weight", 4, 8);
        Matrix("blk.0.attn_v.weight", 4, 8);
        Matrix("blk.0.attn_output.weight", 8, 8);
        Matrix("blk.0.ffn_gate.weight", 4, 8);
        Matrix("blk.0.ffn_up.weight", 4, 8);
        Matrix("blk.0.ffn_down.weight", 8, 4);
        return gguf;

        void Norm(string name) => gguf.Floats(name, [8], Enumerable.Repeat(1f, 8));

        void Matrix(string name, int rows, int columns, float start = 0) =>
            gguf.Floats(
                name,
                [(ulong)columns, (ulong)rows],
                Enumerable.Range(0, rows * columns).Select(i => start + i)
            );
    }

    private static float Eight(byte[] bytes, int block, int i) =>
        (float)BitConverter.ToHalf(bytes, block) * (sbyte)bytes[block + 2 + i];

    private static float Four(byte[] bytes, int block, int i)
    {
        var packed = bytes[block + 4 + i % 16];
        float product = (float)BitConverter.ToHalf(bytes, block) * (i < 16 ? packed % 16 : packed / 16);
        return product + (float)BitConverter.ToHalf(bytes, block + 2);
    }

    /// <summary>Where each tensor begins, found a second way: the names are searched for in the bytes.</summary>
    private static (Dictionary<string, long> Offsets, byte[] Bytes) ReadApart(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var offsets = new Dictionary<string, long>(StringComparer.Ordinal);
        // The table of tensors begins with the embedding; data begin at the next multiple of 32 after it.
        var position = bytes.AsSpan().IndexOf("token_embd.weight"u8) - 8;
        for (var i = 0; i < 272; i++)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(position));
            var name = System.Text.Encoding.ASCII.GetString(bytes, position + 8, length);
            var dimensions = (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(position + 8 + length));
            position += 8 + length + 4 + 8 * dimensions + 4;
            offsets[name] = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(position));
            position += 8;
        }
        var start = (position + 31) / 32 * 32;
        return (offsets.ToDictionary(pair => pair.Key, pair => pair.Value + start), bytes);
    }
}
