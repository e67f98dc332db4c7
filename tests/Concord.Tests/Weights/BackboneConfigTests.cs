using System.Text;
using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Weights;

public class BackboneConfigTests
{
    private const string Llama = """
        "model_type": "llama", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 72, "vocab_size": 301
        """;

    [Fact]
    public void Both_spellings_of_every_golden_config_give_the_same_record()
    {
        var folders = Directory.GetDirectories(Shared.Path("golden/backbones"));
        Assert.Equal(12, folders.Length);
        foreach (var folder in folders)
            Assert.Equal(BackboneConfig.Read(folder), BackboneConfig.ReadFile(Path.Combine(folder, "config.hub.json")));
    }

    [Fact]
    public void Golden_configs_have_the_values_their_makers_gave()
    {
        var neox = Golden("gpt_neox_fp16");
        Assert.Equal(
            new BackboneConfig
            {
                Family = BackboneFamilies.Named("gpt_neox"),
                HiddenSize = 48,
                Layers = 3,
                Heads = 3,
                KeyValueHeads = 3,
                HeadDimension = 16,
                IntermediateSize = 96,
                VocabularySize = 303,
                NormEpsilon = 1e-5,
                RopeTheta = 10000,
                RotaryFraction = 0.25,
                ParallelResidual = true,
                QueryKeyValueBias = true,
                AttentionOutputBias = true,
                MlpBias = true,
                Activation = BackboneActivation.Gelu,
                MaxPositions = 128,
                PadTokenId = 0,
                BosTokenId = 1,
                EosTokenId = 2,
                Dtype = torch.ScalarType.Float16,
            },
            neox
        );
        Assert.Equal(4, neox.RotaryDimension);
        Assert.False(Golden("gpt_neox_sequential").ParallelResidual);

        var llama3 = Golden("llama3_rope");
        Assert.Equal(new RopeScaling(RopeScalingKind.Llama3, 8, 1, 4, 64), llama3.RopeScaling);
        Assert.Equal(500000, llama3.RopeTheta);
        Assert.True(Golden("llama_gqa_tied").TiedEmbeddings);
        Assert.Equal(torch.ScalarType.BFloat16, Golden("llama_gqa_bf16").Dtype);
        var mistral = Golden("mistral");
        Assert.Equal((16, 16), (mistral.SlidingWindow, mistral.SlidingWindowOf(0)));

        var qwen2 = Golden("qwen2");
        Assert.Equal(
            (true, false, false, false),
            (qwen2.QueryKeyValueBias, qwen2.AttentionOutputBias, qwen2.MlpBias, qwen2.QueryKeyNorm)
        );
        Assert.Null(qwen2.SlidingWindow);
        var qwen3 = Golden("qwen3");
        Assert.Equal(
            (true, false, 20, 48),
            (qwen3.QueryKeyNorm, qwen3.QueryKeyValueBias, qwen3.HeadDimension, qwen3.HiddenSize)
        );
    }

    [Fact]
    public void Keys_left_out_have_the_defaults_of_transformers()
    {
        var llama = Parse($"{{{Llama}}}");
        Assert.Equal(
            (4, 8, 1e-6, 10000.0),
            (llama.KeyValueHeads, llama.HeadDimension, llama.NormEpsilon, llama.RopeTheta)
        );
        Assert.Equal(torch.ScalarType.Float32, llama.Dtype);
        Assert.Equal(
            4096,
            Parse(
                $"{{{Llama.Replace("llama", "mistral", StringComparison.Ordinal)}, \"num_key_value_heads\": 2}}"
            ).SlidingWindow
        );
        Assert.Null(
            Parse(
                $"{{{Llama.Replace("llama", "mistral", StringComparison.Ordinal)}, \"num_key_value_heads\": 2, "
                    + $"\"sliding_window\": null}}"
            ).SlidingWindow
        );
        Assert.Equal(
            128,
            Parse(
                $"{{{Llama.Replace("llama", "qwen3", StringComparison.Ordinal)}, \"num_key_value_heads\": 2}}"
            ).HeadDimension
        );
    }

    [Fact]
    public void Qwen_slides_only_where_asked_and_only_in_the_later_layers()
    {
        var qwen =
            Llama.Replace("llama", "qwen2", StringComparison.Ordinal)
            + ", \"num_key_value_heads\": 2, \"sliding_window\": 8";
        Assert.Null(Parse($"{{{qwen}, \"use_sliding_window\": false}}").SlidingWindow);
        Assert.Null(Parse($"{{{qwen}, \"use_sliding_window\": true, \"max_window_layers\": 2}}").SlidingWindow);
        var sliding = Parse($"{{{qwen}, \"use_sliding_window\": true, \"max_window_layers\": 1}}");
        Assert.Equal((null, 8), (sliding.SlidingWindowOf(0), sliding.SlidingWindowOf(1)));
    }

    [Fact]
    public void Ids_may_be_lists_and_negative_ones_stand_for_none()
    {
        var config = Parse($"{{{Llama}, \"pad_token_id\": -1, \"eos_token_id\": [7, 8]}}");
        Assert.Equal((null, 7, null), (config.PadTokenId, config.EosTokenId, config.BosTokenId));
    }

    [Theory]
    [InlineData(
        "\"model_type\": \"gpt2\"",
        "model_type is \"gpt2\"; known are gpt_neox, llama, mistral, qwen2, qwen3, phi3"
    )]
    [InlineData("\"hidden_size\": 32", "no model_type")]
    [InlineData(
        "LLAMA, \"rope_scaling\": {\"type\": \"yarn\", \"factor\": 2}",
        "rope_scaling.type is \"yarn\"; expected default, linear or llama3"
    )]
    [InlineData("LLAMA, \"rope_scaling\": {\"type\": \"linear\"}", "rope_scaling.factor")]
    [InlineData(
        "LLAMA, \"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 4, "
            + "\"high_freq_factor\": "
            + "1, \"original_max_position_embeddings\": 64}",
        "high_freq_factor"
    )]
    [InlineData("LLAMA, \"rope_parameters\": {\"full_attention\": {\"rope_theta\": 1}}", "differ by kind of layer")]
    [InlineData("LLAMA, \"hidden_act\": \"relu\"", "hidden_act is \"relu\"")]
    [InlineData("LLAMA, \"num_key_value_heads\": 3", "a divisor of num_attention_heads, 4")]
    [InlineData("LLAMA, \"num_key_value_heads\": 0", "num_key_value_heads is 0")]
    [InlineData("LLAMA, \"head_dim\": 7", "even number")]
    [InlineData("LLAMA, \"rms_norm_eps\": -1", "rms_norm_eps is -1")]
    [InlineData("LLAMA, \"rms_norm_eps\": 1e999", "rms_norm_eps is 1e999")]
    [InlineData("LLAMA, \"pad_token_id\": 301", "below vocab_size, 301")]
    [InlineData("LLAMA, \"torch_dtype\": \"int8\"", "torch_dtype is \"int8\"")]
    [InlineData("LLAMA, \"dtype\": 16", "dtype is 16; expected a text")]
    [InlineData("LLAMA, \"quantization_config\": {}", "quantization_config")]
    [InlineData("LLAMA, \"partial_rotary_factor\": 0.5", "rotary fraction is 0.5")]
    [InlineData("LLAMA, \"vocab_size\": 301", "not valid JSON")]
    [InlineData("LLAMA, \"a\": \"\\ud800\"", "not valid JSON")]
    [InlineData("LLAMA, \"\\ud800\": 1", "not valid JSON")]
    [InlineData("LLAMA,", "not valid JSON")]
    public void A_value_that_does_not_fit_is_refused_by_name(string keys, string expected)
    {
        var error = Assert.Throws<ConcordException>(() =>
            Parse($"{{{keys.Replace("LLAMA", Llama, StringComparison.Ordinal)}}}")
        );
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("some/config.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_one_that_is_no_object_are_refused()
    {
        Assert.Contains(
            "does not exist",
            Assert.Throws<ConcordException>(() => BackboneConfig.Read("no-such-folder")).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "no JSON object",
            Assert.Throws<ConcordException>(() => Parse("[1]")).Message,
            StringComparison.Ordinal
        );
    }

    private static BackboneConfig Golden(string name) => BackboneConfig.Read(Shared.Path("golden/backbones/" + name));

    private static BackboneConfig Parse(string json)
    {
        using var document = ConfigDocument.Parse(Encoding.UTF8.GetBytes(json), "some/config.json");
        return BackboneConfigReader.Read(document);
    }
}
