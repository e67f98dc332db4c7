using System.Text.Json.Nodes;
using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using Concord.Modeling.Folders;
using Concord.Records;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Weights;

public class ModelFolderTests
{
    public static TheoryData<string> Backbones =>
        [
            "gpt_neox_fp16",
            "gpt_neox_parallel",
            "gpt_neox_sequential",
            "llama3_rope",
            "llama_gqa",
            "llama_gqa_bf16",
            "llama_gqa_tied",
            "llama_mha",
            "mistral",
            "qwen2",
            "qwen3",
        ];

    [Theory]
    [InlineData("gpt_neox", "gpt_neox_parallel")]
    [InlineData("qwen2", "qwen2")]
    [InlineData("llama_gqa", "llama_gqa")]
    public void A_reward_config_is_the_one_transformers_writes_with_two_keys_more(string reward, string backbone)
    {
        using var folder = new TemporaryFolder();
        var source = Shared.Path("golden/backbones/" + backbone);
        ModelConfigFile.WriteRewardModel(folder.Path, BackboneConfig.Read(source), source);
        var written = Json(folder.Path);
        Assert.Equal(1, (int)written["num_labels"]!);
        written.Remove("num_labels");
        Assert.Equal("regression", (string)written["problem_type"]!);
        written.Remove("problem_type");
        Assert.True(JsonNode.DeepEquals(Json(Shared.Path($"golden/rewards/{reward}/model")), written));
    }

    [Theory]
    [MemberData(nameof(Backbones))]
    public void A_config_written_from_the_shape_alone_reads_as_the_same_record_in_either_spelling(string name)
    {
        using var folder = new TemporaryFolder();
        var config = BackboneConfig.Read(Shared.Path("golden/backbones/" + name));
        ModelConfigFile.WriteLanguageModel(folder.Path, config);
        Assert.Equal(config, BackboneConfig.Read(folder.Path));
        foreach (
            var keys in (string[][])
                [
                    ["rope_parameters", "dtype"],
                    ["rope_theta", "rope_scaling", "rotary_pct", "rotary_emb_base", "torch_dtype"],
                ]
        )
        {
            var json = Json(folder.Path);
            foreach (var key in keys)
                json.Remove(key);
            File.WriteAllText(folder.File("other.json"), json.ToJsonString());
            Assert.Equal(config, BackboneConfig.ReadFile(folder.File("other.json")));
        }
    }

    [Fact]
    public void No_key_of_the_source_is_lost_and_type_and_padding_are_the_new_ones()
    {
        using var from = new TemporaryFolder();
        using var to = new TemporaryFolder();
        var json = JsonNode
            .Parse(File.ReadAllText(Shared.Path("golden/backbones/gpt_neox_fp16/config.hub.json")))!
            .AsObject();
        json["of_its_own"] = new JsonArray(1.5, "ü", null);
        json["num_labels"] = 2;
        File.WriteAllText(from.File("config.json"), json.ToJsonString());
        var config = BackboneConfig.Read(from.Path) with { PadTokenId = 7, Dtype = torch.float32 };
        ModelConfigFile.WriteRewardModel(to.Path, config, from.Path);
        Assert.Equal(config, BackboneConfig.Read(to.Path));
        var written = Json(to.Path);
        Assert.All(json, pair => Assert.True(written.ContainsKey(pair.Key), pair.Key));
        Assert.Equal(
            "[1.5,\"ü\",null]",
            written["of_its_own"]!.ToJsonString(
                new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
            )
        );
        Assert.Equal(
            ("float32", 7, 1),
            ((string)written["torch_dtype"]!, (int)written["pad_token_id"]!, (int)written["num_labels"]!)
        );
        Assert.Throws<ArgumentException>(() =>
            ModelConfigFile.WriteRewardModel(to.Path, config with { Layers = 9 }, from.Path)
        );
    }

    [Theory]
    [MemberData(nameof(Backbones))]
    public void The_layout_lists_exactly_the_tensors_of_the_golden_checkpoints(string name)
    {
        var folder = Shared.Path("golden/backbones/" + name);
        var config = BackboneConfig.Read(folder);
        using var reader = CheckpointReader.Open(folder);
        var layout = ModelTensors.Backbone(config).ToList();
        if (ModelTensors.LanguageModelHead(config) is { } head)
            layout.Add(head);
        Assert.Equal(reader.Names, layout.Select(tensor => tensor.Name).Order(StringComparer.Ordinal));
        Assert.All(layout, tensor => Assert.Equal(reader.Shape(tensor.Name), tensor.Shape));
    }

    [Fact]
    public void The_count_of_parameters_is_that_of_the_real_model()
    {
        // 49,152 x 576 + 30 (2 x 576² + 2 x 192 x 576 + 3 x 1,536 x 576 + 2 x 576) + 576
        Assert.Equal(
            134_515_008,
            ModelTensors.ParameterCount(BackboneConfig.Read(Shared.Path("models/smollm2-135m-instruct")))
        );
    }

    [Fact]
    public void Files_of_the_tokenizer_are_copied_byte_for_byte_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var from = Shared.Path("models/smollm2-135m-instruct");
        string[] expected = ["tokenizer.json", "tokenizer_config.json", "chat_template.jinja"];
        Assert.Equal(expected, ModelFolder.CopyTokenizer(from, folder.Path));
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            Directory.GetFiles(folder.Path).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)
        );
        Assert.All(
            expected,
            name => Assert.Equal(File.ReadAllBytes(Path.Combine(from, name)), File.ReadAllBytes(folder.File(name)))
        );
        Assert.Equal(expected, ModelFolder.CopyTokenizer(folder.Path, folder.Path + Path.DirectorySeparatorChar));
        Assert.Empty(ModelFolder.CopyTokenizer(Shared.Path("golden/backbones/qwen2"), folder.Path));
        Assert.True(ModelFolder.HasTokenizer(folder.Path));
    }

    [Fact]
    public void A_damaged_concord_json_is_read_with_its_strange_key_named()
    {
        using var folder = new TemporaryFolder();
        File.Copy(Shared.Path("cases", "hostile", "fuzz", "concord-SLOW_3024_ms-1"), folder.File("concord.json"));
        var settings = ConcordModelSettings.Read(folder.Path)!;
        Assert.Equal(["reward_standa0.1rd_deviation"], settings.UnknownKeys);
        Assert.Equal(3, settings.Sources.Count);
    }

    [Fact]
    public void Settings_come_back_as_written_and_unknown_keys_are_named()
    {
        using var folder = new TemporaryFolder();
        Assert.Null(ConcordModelSettings.Read(folder.Path));
        var settings = new ConcordModelSettings
        {
            Pooling = "mean",
            Rendering = "chat",
            Truncation = "left",
            MaximumLength = 512,
            Sources = [new("zeta \"1\"", 0.1), new("alpha", 1.0 / 3)],
            RewardMean = -0.25,
            RewardStandardDeviation = 1e-3,
        };
        settings.Write(folder.Path);
        var read = ConcordModelSettings.Read(folder.Path)!;
        Assert.Equal(settings.Sources, read.Sources);
        Assert.Equal(settings with { Sources = [] }, read with { Sources = [] });

        var json = JsonNode.Parse(File.ReadAllText(folder.File("concord.json")))!.AsObject();
        json["of_a_later_version"] = new JsonObject { ["a"] = 1 };
        File.WriteAllText(folder.File("concord.json"), json.ToJsonString());
        read = ConcordModelSettings.Read(folder.Path)!;
        Assert.Equal(["of_a_later_version"], read.UnknownKeys);
        Assert.Equal(settings with { Sources = [] }, read with { Sources = [], UnknownKeys = settings.UnknownKeys });
    }

    [Theory]
    [InlineData("{}", "no version")]
    [InlineData("{\"version\": 2}", "version 2; this Concord reads up to 1")]
    [InlineData("{\"version\": 1, \"sources\": {\"a\": 0}}", "sources.a is 0; expected a number above 0")]
    [InlineData("{\"version\": 1, \"sources\": {\"a\": 1, \"a\": 2}}", "not valid JSON")]
    [InlineData("{\"version\": 1, \"pooling\": 3}", "pooling is 3; expected a text")]
    public void Settings_that_do_not_fit_are_refused_by_name(string text, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("concord.json"), text);
        Assert.Contains(
            expected,
            Assert.Throws<ConcordException>(() => ConcordModelSettings.Read(folder.Path)).Message,
            StringComparison.Ordinal
        );
    }

    private static JsonObject Json(string folder) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!.AsObject();
}
