using System.Buffers.Binary;
using System.Text;
using Concord.Modeling.Adapters;
using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using Concord.Modeling.Folders;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Weights;

/// <summary>Damaged weights and what describes them: what is read, or a sentence.</summary>
public sealed class HostileWeightsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_damaged_safetensors_file() =>
        Fuzz.Run(
            "safetensors",
            bytes =>
            {
                File.WriteAllBytes(folder.File("x.safetensors"), bytes);
                using var scope = torch.NewDisposeScope();
                using var file = SafetensorsFile.Open(folder.File("x.safetensors"));
                foreach (var name in file.Names)
                    file.Load(name);
            },
            [
                "\"dtype\":\"F32\"",
                "\"BF16\"",
                "\"shape\":[",
                "\"data_offsets\":[",
                "\"__metadata__\":{",
                "9223372036854775807",
            ],
            Safetensors("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8),
            Safetensors(
                """{"__metadata__":{"format":"pt"},"a":{"dtype":"BF16","shape":[2,1],"data_offsets":[0,4]}}""",
                4
            )
        );

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2147483648,2147483648,4],"data_offsets":[0,4]}}""", 4, "64 bits")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,-4]}}""", 4, "integers from 0")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""",
        4,
        "overlap"
    )]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""",
        4,
        "twice"
    )]
    public void A_header_that_claims_what_the_file_has_not(string header, int data, string expected) =>
        Assert.Contains(expected, Failure(Safetensors(header, data)), StringComparison.Ordinal);

    [Fact]
    public void A_header_too_long_too_deep_or_cut_off()
    {
        Assert.Contains("has 3 bytes", Failure([1, 0, 0]));
        Assert.Contains("has 0 bytes", Failure([]));
        Assert.Contains("at most 100000000", Failure([0, 0, 0, 0, 0, 0, 0, 0x80, (byte)'{', (byte)'}']));
        Assert.Contains("at most 100000000", Failure([255, 255, 255, 255, 255, 255, 255, 255, (byte)'{', (byte)'}']));
        Assert.Contains("is no object", Failure(Safetensors("{\"a\":" + new string('[', 1_000_000), 0)));
        Assert.Contains("is no object", Failure(Safetensors("{\"__metadata__\":" + new string('[', 1_000_000), 0)));
    }

    [Fact]
    public void A_header_of_many_tensors_is_read_in_a_moment()
    {
        var tensors = Enumerable
            .Range(0, 50_000)
            .Select(i => $$"""  "t{{i}}":{"dtype":"F32","shape":[1],"data_offsets":[{{4 * i}},{{4 * i + 4}}]}""");
        Fuzz.Check(
            "many",
            bytes => SafetensorsHeader.Parse(bytes, 200_000, "x"),
            Encoding.UTF8.GetBytes($"{{{string.Join(',', tensors)}}}")
        );
    }

    [Fact]
    public void A_damaged_GGUF_file() =>
        Fuzz.Run(
            "gguf_import",
            bytes =>
            {
                File.WriteAllBytes(folder.File("x.gguf"), bytes);
                GgufImport.Run(folder.File("x.gguf"), folder.File("out"));
            },
            ["llama.block_count", "general.alignment", "rope_freqs.weight", "llama.rope.scaling.type"],
            GgufImportTests.Small(null).ToArray()
        );

    [Fact]
    public void A_damaged_adapter_config() =>
        Fuzz.Run(
            "adapter",
            bytes =>
            {
                File.WriteAllBytes(folder.File(AdapterConfigFile.Name), bytes);
                AdapterConfigFile.Read(folder.Path);
            },
            ["\"r\":", "\"target_modules\":", "\"lora_alpha\":", "\"use_dora\":true", "\"bias\":", "\"peft_type\":"],
            """{"peft_type":"LORA","r":4,"lora_alpha":8.5,"target_modules":["q_proj"],"bias":"none"}"""u8.ToArray()
        );

    [Theory]
    [InlineData("(", ")", 100_000)]
    [InlineData("", "+", 10_000)]
    public void An_adapter_whose_pattern_nests_without_measure_is_read_or_refused(string open, string close, int depth)
    {
        var pattern =
            string.Concat(Enumerable.Repeat(open, depth)) + "a" + string.Concat(Enumerable.Repeat(close, depth));
        Fuzz.Check(
            "pattern",
            bytes =>
            {
                File.WriteAllBytes(folder.File(AdapterConfigFile.Name), bytes);
                AdapterConfigFile.Read(folder.Path);
            },
            Encoding.UTF8.GetBytes($"{{\"peft_type\":\"LORA\",\"r\":4,\"target_modules\":\"{pattern}\"}}")
        );
    }

    [Fact]
    public void A_damaged_model_config() =>
        Fuzz.Run(
            "config",
            bytes =>
            {
                using var document = ConfigDocument.Parse(bytes, "config.json");
                BackboneConfigReader.Read(document);
            },
            ["\"rope_scaling\":", "\"num_hidden_layers\":", "\"head_dim\":", "\"model_type\":\"qwen2\"", "1e9"],
            """
            {"model_type":"llama","hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"vocab_size":100,
            "intermediate_size":128,"rms_norm_eps":1e-5,"max_position_embeddings":512,"rope_theta":10000.0,
            "rope_scaling":{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,
            "original_max_position_embeddings":256}}
            """u8.ToArray()
        );

    private string Failure(byte[] bytes)
    {
        File.WriteAllBytes(folder.File("x.safetensors"), bytes);
        return Assert.Throws<ConcordException>(() => SafetensorsFile.Open(folder.File("x.safetensors"))).Message;
    }

    private static byte[] Safetensors(string header, int data)
    {
        var bytes = new byte[8 + Encoding.UTF8.GetByteCount(header) + data];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bytes.Length - 8 - data);
        Encoding.UTF8.GetBytes(header, bytes.AsSpan(8));
        return bytes;
    }
}
