using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using Concord.Modeling.Folders;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Weights;

public class RandomCheckpointTests
{
    private static readonly BackboneConfig Small = ModelPresets.Find("qwen3-0.6b")! with
    {
        HiddenSize = 48,
        Layers = 2,
        Heads = 4,
        KeyValueHeads = 2,
        HeadDimension = 16,
        IntermediateSize = 96,
        VocabularySize = 500,
        BosTokenId = 0,
        EosTokenId = 1,
        TiedEmbeddings = false,
    };

    [Fact]
    public void The_seed_decides_the_bytes_and_sharding_changes_no_value()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        foreach (var (name, seed) in ((string, ulong)[])[("a", 1), ("b", 1), ("c", 2)])
            RandomCheckpoint.Write(folder.File(name), Small, seed);
        Assert.True(RandomCheckpoint.Write(folder.File("s"), Small, 1, largestShard: 50_000).Count > 3);
        byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(folder.File(name), "model.safetensors"));
        Assert.Equal(Bytes("a"), Bytes("b"));
        Assert.NotEqual(Bytes("a"), Bytes("c"));
        using var whole = CheckpointReader.Open(folder.File("a"));
        using var shards = CheckpointReader.Open(folder.File("s"));
        Assert.All(
            whole.Names,
            name => Assert.True(whole.Load(name).bytes.SequenceEqual(shards.Load(name).bytes), name)
        );
        shards.Finish();
    }

    [Fact]
    public void Weights_are_normal_norms_one_and_biases_zero()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        var config = ModelPresets.Find("pythia-14m")! with { VocabularySize = 2000 };
        RandomCheckpoint.Write(folder.Path, config, 3);
        Assert.Equal(config, BackboneConfig.Read(folder.Path));
        using var reader = CheckpointReader.Open(folder.Path);
        var seen = new HashSet<double>();
        foreach (var name in reader.Names)
        {
            var tensor = reader.Load(name).to(torch.float64);
            if (name.EndsWith(".bias", StringComparison.Ordinal))
                Assert.Equal(0, tensor.abs().max().ToDouble());
            else if (name.Contains("norm", StringComparison.Ordinal))
                Assert.True(tensor.min().ToDouble() == 1 && tensor.max().ToDouble() == 1);
            else
            {
                // Five standard errors of the mean and of the standard deviation.
                var count = Math.Sqrt(tensor.NumberOfElements);
                Assert.InRange(tensor.mean().ToDouble(), -5 * 0.02 / count, 5 * 0.02 / count);
                Assert.InRange(tensor.std().ToDouble(), 0.02 * (1 - 5 / count), 0.02 * (1 + 5 / count));
                Assert.True(seen.Add(tensor.sum().ToDouble()), "two tensors hold the same numbers");
            }
        }
    }

    [Theory]
    [InlineData("pythia-70m", 70_426_624)]
    [InlineData("pythia-160m", 162_322_944)]
    [InlineData("pythia-410m", 405_334_016)]
    [InlineData("pythia-1b", 1_011_781_632)]
    [InlineData("pythia-1.4b", 1_414_647_808)]
    [InlineData("pythia-2.8b", 2_775_208_960)]
    [InlineData("pythia-6.9b", 6_857_302_016)]
    [InlineData("pythia-12b", 11_846_072_320)]
    [InlineData("smollm2-135m", 134_515_008)]
    [InlineData("smollm2-360m", 361_821_120)]
    [InlineData("smollm2-1.7b", 1_711_376_384)]
    [InlineData("llama-7b", 6_738_415_616)]
    [InlineData("llama-13b", 13_015_864_320)]
    [InlineData("llama-3-8b", 8_030_261_248)]
    [InlineData("mistral-7b", 7_241_732_096)]
    [InlineData("qwen2.5-0.5b", 494_032_768)]
    [InlineData("qwen2.5-1.5b", 1_543_714_304)]
    [InlineData("phi-3-mini-4k", 3_821_079_552)]
    [InlineData("phi-4", 14_659_507_200)]
    public void Presets_have_as_many_parameters_as_the_published_models(string name, long published) =>
        Assert.Equal(published, RandomCheckpoint.CountWeights(ModelPresets.Find(name)!));

    [Fact]
    public void Every_preset_writes_a_config_that_reads_as_itself()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in ModelPresets.Names)
        {
            var preset = ModelPresets.Find(name)!;
            ModelConfigFile.WriteLanguageModel(folder.Path, preset);
            Assert.Equal(preset, BackboneConfig.Read(folder.Path));
        }
        Assert.Equal(
            BackboneConfig.Read(Shared.Path("models/smollm2-135m-instruct")),
            ModelPresets.Find("smollm2-135m")! with
            {
                Dtype = torch.bfloat16,
            }
        );
    }

    [Fact]
    public void Keys_set_on_top_win_over_either_spelling()
    {
        var neox = ConfigAssembly
            .From(ModelPresets.Find("pythia-70m")!)
            .Set("rope_theta", "5000")
            .Set("rotary_pct", "0.5")
            .Set("dtype", "bfloat16")
            .Set("hidden_size", "64")
            .Read();
        Assert.Equal(
            (5000, 0.5, torch.bfloat16, 8),
            (neox.RopeTheta, neox.RotaryFraction, neox.Dtype, neox.HeadDimension)
        );
        Assert.Equal(
            6000,
            ConfigAssembly.From(ModelPresets.Find("pythia-70m")!).Set("rotary_emb_base", "6000").Read().RopeTheta
        );
        var llama = ConfigAssembly.FromFile(Shared.Path("golden/backbones/llama3_rope")).Set("rope_theta", "77").Read();
        Assert.Equal((77, new RopeScaling(RopeScalingKind.Llama3, 8, 1, 4, 64)), (llama.RopeTheta, llama.RopeScaling));
        Assert.Equal(
            new RopeScaling(RopeScalingKind.Linear, 2),
            ConfigAssembly
                .From(ModelPresets.Find("llama-7b")!)
                .Set("rope_scaling", """{"type": "linear", "factor": 2}""")
                .Read()
                .RopeScaling
        );
        Assert.Throws<ArgumentException>(() => ConfigAssembly.Empty().Set("hidden", "3"));
        Assert.Contains(
            "no model_type",
            Assert.Throws<ConcordException>(() => ConfigAssembly.Empty().Set("vocab_size", "3").Read()).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Memory_is_what_counting_gives()
    {
        var config = Small with { Family = BackboneFamilies.Named("llama"), QueryKeyNorm = false };
        // Per layer: 2 norms of 48, q 64 x 48, k and v 32 x 48, o 48 x 64, 3 x 96 x 48; embedding 500 x 48, norm 48,
        // head 48.
        var parameters = 2L * (2 * 48 + 64 * 48 + 2 * 32 * 48 + 48 * 64 + 3 * 96 * 48) + 500 * 48 + 48 + 48;
        var memory = new MemoryEstimate(config, 10);
        Assert.Equal(4 * parameters, memory.Weights);
        var layer = 4L * 10 * (2 * 48 + 2 * 64 + 2 * 32 + 3 * 96);
        Assert.Equal(4 * parameters + layer, memory.Score);
        Assert.Equal(16 * parameters + 2 * layer, memory.TrainFull);
        var adapters = 16L * 2 * (64 + 48 + 2 * (32 + 48) + 48 + 64 + 3 * (96 + 48));
        Assert.Equal(4 * parameters + 16 * adapters + 12 * 48 + 2 * layer, memory.TrainLora);
        Assert.Equal(memory.Score + 12 * 48, memory.TrainHead);
        Assert.Equal(
            2 * parameters + layer,
            (memory with { Config = config with { Dtype = TorchSharp.torch.ScalarType.BFloat16 } }).Score
        );
        var inputs = 2 * 4L * 10 * 48;
        Assert.Equal(16 * parameters + inputs + layer, memory.TrainFullCheckpointing);
        Assert.Equal(2 * parameters + 16 * adapters + 12 * 48 + inputs + layer, memory.TrainLoraLeast);
    }

    [Fact]
    public void A_folder_is_described_without_reading_a_weight_and_must_fit_its_config()
    {
        var reward = ModelInformation.Read(Shared.Path("golden/rewards/qwen2/model"));
        Assert.True(reward.HasRewardHead);
        Assert.Equal((32, 0), (reward.RewardHeadParameters, reward.LanguageModelHeadParameters));
        var sharded = ModelInformation.Read(Shared.Path("golden/backbones/llama_gqa_sharded"));
        Assert.Equal((39392, 5, false), (sharded.Parameters, sharded.WeightFiles.Count, sharded.HasRewardHead));
        Assert.Equal(39392, sharded.StoredTypes["F32"]);
        Assert.Empty(ModelInformation.Read(Shared.Path("models/smollm2-135m-instruct")).WeightFiles);

        using var folder = new TemporaryFolder();
        RandomCheckpoint.Write(folder.Path, Small, 1);
        ModelConfigFile.WriteLanguageModel(folder.Path, Small with { IntermediateSize = 97 });
        Assert.Contains(
            "mlp.gate_proj.weight\" has shape [96, 48]; expected [97, 48]",
            Assert.Throws<ConcordException>(() => ModelInformation.Read(folder.Path)).Message,
            StringComparison.Ordinal
        );
        ModelConfigFile.WriteLanguageModel(folder.Path, Small with { Layers = 3 });
        Assert.Contains(
            "no tensor \"model.layers.2.",
            Assert.Throws<ConcordException>(() => ModelInformation.Read(folder.Path)).Message,
            StringComparison.Ordinal
        );
    }
}
