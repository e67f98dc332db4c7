using System.Text;
using System.Text.Json;
using Concord.Modeling;
using Concord.Modeling.Adapters;
using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using Concord.Modeling.Folders;
using Concord.Modeling.Language;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using Concord.Tests.Modeling;
using Concord.Tests.Weights;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Backbones;

/// <summary>Phi 3 against <see cref="PlainPhi3"/>: transformers was not at hand when it was added.</summary>
public class Phi3Tests
{
    private const string Plain = """
        {
          "architectures": ["Phi3ForCausalLM"], "model_type": "phi3", "hidden_size": 24, "num_hidden_layers": 2,
          "num_attention_heads": 3, "num_key_value_heads": 3, "intermediate_size": 40, "vocab_size": 50,
          "max_position_embeddings": 64, "original_max_position_embeddings": 64, "rms_norm_eps": 1e-5,
          "rope_theta": 10000.0, "rope_scaling": null, "sliding_window": null, "tie_word_embeddings": false,
          "hidden_act": "silu", "attention_bias": false, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 2,
          "torch_dtype": "float32"
        }
        """;

    // Groups of heads, three quarters of each turning, a window shorter than the texts, one embedding for both ends.
    private const string Mini = """
        {
          "architectures": ["Phi3ForCausalLM"], "model_type": "phi3", "hidden_size": 32, "num_hidden_layers": 3,
          "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 36, "vocab_size": 50,
          "max_position_embeddings": 64, "original_max_position_embeddings": 64, "rms_norm_eps": 1e-5,
          "rope_theta": 500.0, "rope_scaling": null, "partial_rotary_factor": 0.75, "sliding_window": 5,
          "tie_word_embeddings": true, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0,
          "torch_dtype": "float32"
        }
        """;

    private static readonly int[] Prompt = [5, 9, 1, 44, 30, 2, 17];

    internal static readonly int[][] Rows =
    [
        [.. Prompt, 3, 8, 21],
        [.. Prompt, 40],
        [.. Prompt, 8, 8, 33, 12, 0, 7, 6, 49, 11, 25],
    ];

    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (var shape in (string[])["plain", "mini"])
        foreach (var operations in OperationsUnderTest.Names)
            data.Add(shape, operations);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Hidden_states_and_logits_equal_those_of_plain_loops(string shape, string operations)
    {
        using var folder = new TemporaryFolder();
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        var plain = PlainPhi3.Make(folder.Path, Config(shape), 3);
        using var model = LanguageModel.Load(
            folder.Path,
            new LanguageModelOptions(),
            OperationsUnderTest.Make(operations)
        );
        foreach (var ids in Rows)
        {
            var expected = plain.Hidden(ids);
            using var batch = PackedBatch.Create([Batches.Of("s", [0], ids)]);
            var hidden = HiddenStates.Of(model, batch.Tokens, (layer, value) => Close(expected[layer + 1], value));
            Close(expected[^1], hidden);
            Close(plain.Logits(expected[^1]), HiddenStates.Logits(model, hidden));
        }
    }

    // d(sum of c_i r_i)/d(weight), of a few weights of every tensor, by differences of the plain loops in double
    [Theory]
    [MemberData(nameof(Cases))]
    public void Rewards_and_their_gradients_equal_differences_of_plain_loops(string shape, string operations)
    {
        using var folder = new TemporaryFolder();
        using var scope = torch.NewDisposeScope();
        var plain = PlainPhi3.Make(folder.Path, Config(shape), 5);
        using var model = RewardModelLoader.Load(
            folder.Path,
            new RewardModelOptions { HeadSeed = 1 },
            OperationsUnderTest.Make(operations)
        );
        RandomHead.Set(model, 1);
        model.SetTrained(TrainedParts.Full);
        using var batch = PackedBatch.Create([Batches.Of("s", [2, 1, 0], Rows)]);
        using var output = model.Forward(batch, record: true);
        double[] head = [.. model.Head.Value.data<float>().ToArray()],
            factors = [.7, -1.3, .4];
        Assert.Equal(Rewards(), output.Rewards, (a, b) => Math.Abs(a - b) < 1e-4);
        model.Backward(factors);

        const double step = 1e-5;
        var random = new Random(6);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var parameter in model.Backbone.Parameters)
        foreach (var (name, gradient) in parameter.Layout.Split(parameter.Gradient!))
        {
            var actual = gradient.reshape(-1).data<float>().ToArray();
            var scale = actual.Max(Math.Abs);
            Assert.True(scale > 0, name);
            var values = plain.Weights[name];
            for (var k = 0; k < 8; k++)
            {
                // rows of ids that occur, in the embedding
                var i = name.Contains("embed", StringComparison.Ordinal)
                    ? Rows[2][random.Next(Rows[2].Length)] * head.Length + random.Next(head.Length)
                    : random.Next(values.Length);
                var kept = values[i];
                values[i] = kept + step;
                var above = Rewards().Zip(factors, (reward, factor) => reward * factor).Sum();
                values[i] = kept - step;
                var below = Rewards().Zip(factors, (reward, factor) => reward * factor).Sum();
                values[i] = kept;
                var expected = (above - below) / (2 * step);
                Assert.True(
                    Math.Abs(expected - actual[i]) <= 1e-4 * scale + 1e-6,
                    $"{name}[{i}]: {actual[i]}, expected {expected}, largest of the tensor {scale}"
                );
            }
            seen.Add(name);
        }
        Assert.Equal(
            plain
                .Tensors()
                .Select(one => one.Name)
                .Where(name => name != "lm_head.weight")
                .Order(StringComparer.Ordinal),
            seen.Order(StringComparer.Ordinal)
        );

        double[] Rewards() =>
            [.. Rows.Select(row => plain.Hidden(row)[^1][^1].Zip(head, (state, weight) => state * weight).Sum())];
    }

    [Fact]
    public void A_reward_model_is_saved_under_the_names_of_transformers_and_opened_again()
    {
        using var folder = new TemporaryFolder();
        var plain = PlainPhi3.Make(folder.File("base"), Mini, 7);
        using var model = RewardModel.Load(folder.File("base"), new RewardModelOptions { HeadSeed = 2 });
        RandomHead.Set(model, 2);
        using var batch = PackedBatch.Create([Batches.Of("s", [2, 1, 0], Rows)]);
        using var before = model.Forward(batch);
        model.Save(folder.File("reward"));
        using var again = RewardModel.Load(folder.File("reward"));
        using var after = again.Forward(batch);
        Assert.Equal(before.Rewards, after.Rewards);
        using var reader = CheckpointReader.Open(folder.File("reward"));
        Assert.Equal(
            plain.Tensors().Select(one => one.Name).Append("score.weight").Order(StringComparer.Ordinal),
            reader.Names
        );
        using var config = JsonDocument.Parse(File.ReadAllText(folder.File("reward/config.json")));
        Assert.Equal("Phi3ForSequenceClassification", config.RootElement.GetProperty("architectures")[0].GetString());
    }

    [Fact]
    public void Adapters_lie_on_the_fused_projections()
    {
        using var folder = new TemporaryFolder();
        PlainPhi3.Make(folder.File("base"), Plain, 8);
        using var model = RewardModel.Load(folder.File("base"), new RewardModelOptions { HeadSeed = 2 });
        RandomHead.Set(model, 2);
        model.SetTrained(TrainedParts.Adapters, lora: new LoraSettings { Rank = 2 });
        Assert.Equal(
            ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"],
            model.Backbone.AdapterTargets(0).Select(target => target.ShortName)
        );
        Assert.Equal(
            ModelTensors.AdapterParameterCount(model.Config) * 2,
            model.Adapters!.Parameters.Sum(parameter => parameter.Value.NumberOfElements)
        );
        using (torch.no_grad())
            foreach (var parameter in model.Adapters!.Parameters)
                parameter.Value.add_(.05);
        using var batch = PackedBatch.Create([Batches.Of("s", [2, 1, 0], Rows)]);
        using var before = model.Forward(batch);
        model.SaveAdapter(folder.File("adapter"));
        using var again = RewardModel.Load(folder.File("adapter"));
        using var after = again.Forward(batch);
        Assert.Equal(before.Rewards, after.Rewards);
        using var fresh = RewardModel.Load(folder.File("base"), new RewardModelOptions { HeadSeed = 2 });
        Assert.Contains(
            "it has qkv_proj, o_proj, gate_up_proj, down_proj",
            Assert
                .Throws<ConcordException>(() =>
                    fresh.SetTrained(TrainedParts.Adapters, lora: new LoraSettings { Targets = ["q_proj"] })
                )
                .Message
        );
    }

    [Theory]
    [InlineData("plain", 8u)]
    [InlineData("mini", 6u)]
    public void A_gguf_file_comes_out_as_the_folder_it_was_made_of(string shape, uint rotary)
    {
        using var folder = new TemporaryFolder();
        using var scope = torch.NewDisposeScope();
        var plain = PlainPhi3.Make(folder.File("base"), Config(shape), 9);
        File.WriteAllBytes(folder.File("phi3.gguf"), Gguf(plain, folder.File("base"), rotary).ToArray());
        GgufImport.Run(folder.File("phi3.gguf"), folder.File("imported"));
        Assert.Equal(
            BackboneConfig.Read(folder.File("base")),
            BackboneConfig.Read(folder.File("imported")) with
            {
                PadTokenId = BackboneConfig.Read(folder.File("base")).PadTokenId,
            }
        );
        using CheckpointReader expected = CheckpointReader.Open(folder.File("base")),
            actual = CheckpointReader.Open(folder.File("imported"));
        Assert.Equal(expected.Names, actual.Names);
        Assert.All(
            expected.Names,
            name => Assert.True(expected.Load(name).bytes.SequenceEqual(actual.Load(name).bytes), name)
        );
    }

    [Fact]
    public void What_is_not_computed_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        using var scope = torch.NewDisposeScope();
        var plain = PlainPhi3.Make(folder.File("base"), Mini, 9);
        Refused(
            Gguf(plain, folder.File("base"), 6).Floats("rope_factors_long.weight", [3], [1, 2, 3]),
            "\"rope_factors_long.weight\": LongRoPE"
        );
        Refused(Gguf(plain, folder.File("base"), 6, window: false), "\"phi3.attention.sliding_window\" is missing");
        Refused(Gguf(plain, folder.File("base"), 5), "an even number, at most 8");
        foreach (var type in (string[])["longrope", "su", "yarn"])
        {
            var text = Plain.Replace("\"rope_scaling\": null", $"\"rope_scaling\": {{\"type\": \"{type}\"}}");
            using var document = ConfigDocument.Parse(Encoding.UTF8.GetBytes(text), "config.json");
            Assert.Contains(
                $"rope_scaling.type is \"{type}\"",
                Assert.Throws<ConcordException>(() => BackboneConfigReader.Read(document)).Message
            );
        }

        void Refused(GgufBytes gguf, string expected)
        {
            File.WriteAllBytes(folder.File("x.gguf"), gguf.ToArray());
            var error = Assert.Throws<ConcordException>(() =>
                GgufImport.Run(folder.File("x.gguf"), folder.File("out"))
            );
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Configs_are_read_in_both_spellings_and_by_transformers_defaults()
    {
        var hub = Read(Mini);
        Assert.Equal(
            (.75, 5, 6, true, 500.0),
            (hub.RotaryFraction, hub.SlidingWindow, hub.RotaryDimension, hub.TiedEmbeddings, hub.RopeTheta)
        );
        using var folder = new TemporaryFolder();
        ModelConfigFile.WriteLanguageModel(folder.Path, hub);
        Assert.Equal(hub, BackboneConfig.Read(folder.Path));
        var least = Read(
            """
            {"model_type": "phi3", "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3,
             "intermediate_size": 40, "vocab_size": 50}
            """
        );
        Assert.Equal(
            (3, 8, 1e-5, 4096, null, 1.0),
            (
                least.KeyValueHeads,
                least.HeadDimension,
                least.NormEpsilon,
                least.MaxPositions,
                least.SlidingWindow,
                least.RotaryFraction
            )
        );

        static BackboneConfig Read(string json)
        {
            using var document = ConfigDocument.Parse(Encoding.UTF8.GetBytes(json), "config.json");
            return BackboneConfigReader.Read(document);
        }
    }

    private static string Config(string shape) => shape == "plain" ? Plain : Mini;

    private static GgufBytes Gguf(PlainPhi3 plain, string folder, uint rotary, bool window = true)
    {
        var config = BackboneConfig.Read(folder);
        var gguf = new GgufBytes()
            .Key("general.architecture", "phi3")
            .Key("phi3.block_count", (uint)config.Layers)
            .Key("phi3.context_length", 64u)
            .Key("phi3.rope.scaling.original_context_length", 64u)
            .Key("phi3.embedding_length", (uint)config.HiddenSize)
            .Key("phi3.feed_forward_length", (uint)config.IntermediateSize)
            .Key("phi3.attention.head_count", (uint)config.Heads)
            .Key("phi3.attention.head_count_kv", (uint)config.KeyValueHeads)
            .Key("phi3.attention.layer_norm_rms_epsilon", 1e-5f)
            .Key("phi3.rope.dimension_count", rotary)
            .Key("phi3.rope.freq_base", (float)config.RopeTheta)
            .Key("tokenizer.ggml.bos_token_id", 1u)
            .Key("tokenizer.ggml.eos_token_id", 2u);
        if (window)
            gguf.Key("phi3.attention.sliding_window", (uint)(config.SlidingWindow ?? 0));
        foreach (var (name, shape) in plain.Tensors())
        {
            var gone = name.Replace("model.layers.", "blk.", StringComparison.Ordinal)
                .Replace("post_attention_layernorm", "ffn_norm", StringComparison.Ordinal)
                .Replace("input_layernorm", "attn_norm", StringComparison.Ordinal)
                .Replace("self_attn.qkv_proj", "attn_qkv", StringComparison.Ordinal)
                .Replace("self_attn.o_proj", "attn_output", StringComparison.Ordinal)
                .Replace("mlp.gate_up_proj", "ffn_up", StringComparison.Ordinal)
                .Replace("mlp.down_proj", "ffn_down", StringComparison.Ordinal)
                .Replace("model.embed_tokens", "token_embd", StringComparison.Ordinal)
                .Replace("model.norm", "output_norm", StringComparison.Ordinal)
                .Replace("lm_head", "output", StringComparison.Ordinal);
            gguf.Floats(
                gone,
                [.. shape.Reverse().Select(dimension => (ulong)dimension)],
                plain.Weights[name].Select(value => (float)value)
            );
        }
        return gguf;
    }

    private static void Close(double[][] expected, torch.Tensor actual)
    {
        using var scope = torch.NewDisposeScope();
        GoldenTensors.Close(
            torch.tensor(expected.SelectMany(row => row).ToArray(), [expected.Length, expected[0].Length]),
            actual,
            1e-4,
            "against plain loops"
        );
    }
}
