using System.Text.Json.Nodes;
using Concord.Modeling;
using Concord.Modeling.Adapters;
using Concord.Modeling.Files;
using Concord.Modeling.Folders;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Modeling;

/// <summary>
/// Folders as peft writes them: every key of their config is applied as peft does, named, or refused.
/// </summary>
public class AdapterFolderTests
{
    private const string Golden = "llama_gqa";

    [Fact]
    public void Alpha_pattern_is_applied_as_peft_does()
    {
        using var model = RewardModel.Load(Shared.Path("cases", "lora-alpha-pattern-ignored", "adapter-alpha"));
        using var batch = CaseFolders.Ids();
        using var output = model.Forward(batch);
        Assert.Equal(-3.5738, output.Rewards[0], 1e-4); // transformers 5.24, peft 0.21.2
        Assert.Equal(-0.0836, output.Rewards[1], 1e-4);
    }

    [Theory]
    // alpha 64 for q_proj by a regular expression, by a whole name for each layer, and as one scale for all
    [InlineData("""{"alpha_pattern": {"layers\\.[01]\\.self_attn\\.q_pro[j]": 64}}""")]
    [InlineData(
        """{"alpha_pattern": {"^model.layers.0.self_attn.q_proj": 64, "model.layers.1.self_attn.q_proj": 64}}"""
    )]
    [InlineData("""{"lora_alpha": 64, "alpha_pattern": {"v_proj": 8}}""")]
    // and rank-stabilised: alpha / sqrt(4)
    [InlineData("""{"use_rslora": true, "lora_alpha": 4, "alpha_pattern": {"q_proj": 32}}""")]
    public void Other_spellings_of_the_same_scales_give_the_same_rewards(string changes)
    {
        using var folder = Adapter(changes, "cases", "lora-alpha-pattern-ignored", "adapter-alpha");
        using var model = RewardModel.Load(folder.File("adapter"));
        using var batch = CaseFolders.Ids();
        using var output = model.Forward(batch);
        Assert.Equal(-3.5738, output.Rewards[0], 1e-4);
        Assert.Equal(-0.0836, output.Rewards[1], 1e-4);
    }

    [Theory]
    [InlineData("""{"target_modules": ".*self_attn\\.(q_proj|v_proj)"}""")]
    [InlineData("""{"target_modules": ["model.layers.0.self_attn.q_proj", "layers.1.self_attn.q_proj", "v_proj"]}""")]
    [InlineData(
        """{"target_modules": "all-linear", "exclude_modules": ["k_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]}"""
    )]
    [InlineData("""{"target_modules": ["q_proj", "v_proj", "k_proj"], "exclude_modules": ".*k_proj"}""")]
    [InlineData("""{"layers_to_transform": [0, 1]}""")]
    [InlineData("""{"layers_to_transform": [0, 1], "layers_pattern": "layers"}""")]
    [InlineData("""{"fan_in_fan_out": true, "init_lora_weights": "gaussian", "lora_dropout": 0.1, "bias": "all"}""")]
    [InlineData("""{"a_key_of_tomorrow": null}""")]
    public void Other_spellings_of_the_same_modules_give_the_same_rewards(string changes)
    {
        using var folder = Adapter(changes, "cases", "lora-alpha-pattern-ignored", "adapter-alpha");
        using var model = RewardModel.Load(folder.File("adapter"));
        using var batch = CaseFolders.Ids();
        using var output = model.Forward(batch);
        Assert.Equal(-3.5738, output.Rewards[0], 1e-4);
        Assert.Equal(changes.Contains("tomorrow", StringComparison.Ordinal) ? 1 : 0, model.Notes.Count);
    }

    [Theory]
    [InlineData("""{"use_dora": true}""", "use_dora")]
    [InlineData("""{"lora_bias": true}""", "lora_bias")]
    [InlineData("""{"layer_replication": [[0, 2], [1, 2]]}""", "layer_replication")]
    [InlineData("""{"init_lora_weights": "pissa_niter_4"}""", "init_lora_weights")]
    [InlineData("""{"init_lora_weights": "olora"}""", "init_lora_weights")]
    [InlineData("""{"trainable_token_indices": [3]}""", "trainable_token_indices")]
    [InlineData("""{"target_parameters": ["experts.down_proj"]}""", "target_parameters")]
    [InlineData("""{"kasa_config": {"beta": 0.1}}""", "kasa_config")]
    [InlineData("""{"a_key_of_tomorrow": 2}""", "a_key_of_tomorrow")]
    [InlineData("""{"peft_type": "LOHA"}""", "peft_type")]
    [InlineData("""{"layers_to_transform": 1}""", "layers.0.self_attn.q_proj.lora_A.weight")]
    [InlineData("""{"rank_pattern": {"q_proj": 8}}""", "[8, 32]")]
    [InlineData("""{"rank_pattern": {"q_proj": 0}}""", "rank_pattern.q_proj")]
    [InlineData("""{"target_modules": ["o_proj"]}""", "o_proj.lora_A.weight")]
    [InlineData("""{"target_modules": ["query_key_value"]}""", "q_proj")]
    [InlineData("""{"target_modules": "(([a-z_.0-9]+)+)+!"}""", "target_modules")]
    [InlineData("""{"target_modules": "("}""", "regular expression")]
    [InlineData("""{"target_modules": null}""", "target_modules")]
    [InlineData("""{"target_modules": ["q_proj", null]}""", "target_modules")]
    [InlineData("""{"base_model_name_or_path": ""}""", "base_model_name_or_path")]
    [InlineData("""{"base_model_name_or_path": "somebody/nowhere"}""", "CONCORD_MODELS")]
    public void What_is_not_computed_is_refused_by_name(string changes, string named)
    {
        using var folder = Adapter(changes, "cases", "lora-alpha-pattern-ignored", "adapter-alpha");
        var error = Assert.Throws<ConcordException>(() => RewardModel.Load(folder.File("adapter")).Dispose());
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ranks_of_their_own_are_read_and_saved_again()
    {
        using var folder = new TemporaryFolder();
        using var batch = PackedBatch.Create(RewardGoldenTests.Comparisons(Golden, share: true));
        using var model = RewardModel.Load(Shared.Path("golden", "rewards", Golden, "model"));
        model.SetTrained(TrainedParts.Adapters, lora: new LoraSettings { Rank = 3, Targets = ["q_proj", "down_proj"] });
        using (torch.no_grad())
            foreach (var parameter in model.TrainedParameters)
                parameter.Value.add_(0.05);
        model.SaveAdapter(folder.File("plain"));
        // the last rank of q_proj's A and B is cut off, and its alpha raised by as much as r falls
        Directory.CreateDirectory(folder.File("cut"));
        foreach (var file in Directory.EnumerateFiles(folder.File("plain")))
            File.Copy(file, folder.File("cut/" + Path.GetFileName(file)));
        using (var all = SafetensorsFile.Open(folder.File("plain/adapter_model.safetensors")))
            SafetensorsWriter.Write(
                folder.File("cut/adapter_model.safetensors"),
                all.Names.Select(name =>
                {
                    var tensor = all.Load(name);
                    return (
                        name,
                        !name.Contains("q_proj", StringComparison.Ordinal) ? tensor
                        : name.Contains("lora_A", StringComparison.Ordinal) ? tensor.narrow(0, 0, 2)
                        : tensor.narrow(1, 0, 2).contiguous()
                    );
                })
            );
        CaseFolders.Change(
            folder.File("cut/adapter_config.json"),
            """{"rank_pattern": {"q_proj": 2}, "alpha_pattern": {"q_proj": 21.5}}"""
        );
        using var cut = RewardModel.Load(folder.File("cut"));
        using var expected = cut.Forward(batch);
        Assert.Equal([21.5 / 2, 32 / 3.0], cut.AdapterScales.Distinct());
        cut.SaveAdapter(folder.File("again"));
        using var again = RewardModel.Load(folder.File("again"));
        using var output = again.Forward(batch);
        Assert.Equal(expected.Rewards, output.Rewards);
        again.MergeAdapters();
        using var merged = again.Forward(batch);
        for (var i = 0; i < merged.Rewards.Length; i++)
            Assert.Equal(expected.Rewards[i], merged.Rewards[i], 1e-4);
    }

    [Fact]
    public void A_saved_adapter_names_its_base_so_that_peft_finds_it_and_is_found_after_both_moved()
    {
        using var folder = new TemporaryFolder();
        CaseFolders.Copy(Shared.Path("golden", "rewards", Golden, "model"), folder.File("here/base"));
        using (var model = RewardModel.Load(folder.File("here/base")))
        {
            model.SetTrained(TrainedParts.Adapters, lora: new LoraSettings { Rank = 2 });
            model.SaveAdapter(folder.File("here/adapter"));
        }
        var config = JsonNode.Parse(File.ReadAllText(folder.File("here/adapter/adapter_config.json")))!;
        Assert.Equal(folder.File("here/base"), (string?)config["base_model_name_or_path"]);
        Directory.Move(folder.File("here"), folder.File("there"));
        using var moved = RewardModel.Load(folder.File("there/adapter"));
        Assert.Equal(Path.GetFullPath(folder.File("there/base")), Path.GetFullPath(moved.SourceFolder!));
    }

    [Fact]
    public void A_base_named_as_on_the_hub_is_found_in_the_folder_of_models_and_in_a_cache_of_the_hub()
    {
        using var folder = Adapter(
            """{"base_model_name_or_path": "acme/tiny"}""",
            "cases",
            "lora-alpha-pattern-ignored",
            "adapter-alpha"
        );
        var models = folder.File("models");
        Environment.SetEnvironmentVariable(
            AdapterBase.ModelsSetting,
            folder.File("none") + Path.PathSeparator + models
        );
        try
        {
            foreach (var place in (string[])["acme/tiny", "tiny", "models--acme--tiny/snapshots/0a1b"])
            {
                CaseFolders.Copy(
                    Shared.Path("cases", "lora-alpha-pattern-ignored", "base"),
                    Path.Combine(models, place)
                );
                if (place.StartsWith("models--", StringComparison.Ordinal))
                {
                    Directory.CreateDirectory(Path.Combine(models, "models--acme--tiny", "refs"));
                    File.WriteAllText(Path.Combine(models, "models--acme--tiny", "refs", "main"), "0a1b\n");
                }
                Assert.Equal(Path.Combine(models, place), AdapterFolder.BaseOf(folder.File("adapter")));
                Directory.Delete(models, recursive: true);
            }
        }
        finally
        {
            Environment.SetEnvironmentVariable(AdapterBase.ModelsSetting, null);
        }
    }

    [Fact]
    public void Tensors_that_cannot_be_applied_say_what_they_are()
    {
        foreach (
            var (name, shape, said) in ((string, long[], string)[])
                [
                    ("base_model.model.model.embed_tokens.weight", [264, 32], "modules_to_save"),
                    ("base_model.model.model.layers.0.self_attn.q_proj.base_layer.bias", [32], "bias"),
                    ("base_model.model.model.embed_tokens.lora_embedding_A", [4, 264], "embedding"),
                    ("base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector.weight", [32], "DoRA"),
                ]
        )
        {
            using var folder = Adapter("{}", "cases", "lora-alpha-pattern-ignored", "adapter-alpha");
            var file = folder.File("adapter/adapter_model.safetensors");
            using (
                var all = SafetensorsFile.Open(
                    Shared.Path("cases", "lora-alpha-pattern-ignored", "adapter-alpha", "adapter_model.safetensors")
                )
            )
                SafetensorsWriter.Write(
                    file,
                    [.. all.Names.Select(one => (one, all.Load(one))), (name, torch.zeros(shape))]
                );
            var error = Assert.Throws<ConcordException>(() => RewardModel.Load(folder.File("adapter")).Dispose());
            Assert.Contains(said, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_adapter_saved_as_bin_is_told_to_be_saved_as_safetensors()
    {
        var error = Assert.Throws<ConcordException>(() =>
            RewardModel.Load(Shared.Path("cases", "adapter-saved-as-bin", "adapter")).Dispose()
        );
        Assert.Contains("adapter_model.bin", error.Message, StringComparison.Ordinal);
        Assert.Contains("safetensors", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("adapter-ArgumentException___Concord.Modeling.Adapters.AdapterConfigFile.Read")]
    [InlineData("adapter-NullReferenceException___Concord.Modeling.Adapters.AdapterConfigFile___c._Read_b__15_2")]
    public void A_damaged_config_is_a_sentence(string file)
    {
        using var folder = new TemporaryFolder();
        File.Copy(Shared.Path("cases", "hostile", "fuzz", file), folder.File("adapter_config.json"));
        Assert.Throws<ConcordException>(() => AdapterConfigFile.Read(folder.Path));
    }

    [Fact]
    public void What_an_adapter_is_can_be_told_without_its_weights()
    {
        var folder = Shared.Path("cases", "lora-alpha-pattern-ignored", "adapter-alpha");
        var information = ModelInformation.Read(folder);
        Assert.Equal(4, information.Adapter!.Rank);
        Assert.Equal(["q_proj", "v_proj"], information.Adapter.Modules);
        Assert.Equal(2 * (4 * 32 + 32 * 4 + 4 * 32 + 16 * 4), information.Adapter.Parameters);
        Assert.True(information.HasRewardHead);
    }

    private static TemporaryFolder Adapter(string changes, params string[] from)
    {
        var folder = new TemporaryFolder();
        CaseFolders.Copy(Shared.Path(from), folder.File("adapter"));
        CaseFolders.Copy(Path.Combine(Shared.Path(from), "..", "base"), folder.File("base"));
        CaseFolders.Change(folder.File("adapter/adapter_config.json"), changes);
        return folder;
    }
}
