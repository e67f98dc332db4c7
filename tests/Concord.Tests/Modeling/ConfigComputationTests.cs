using Concord.Modeling;
using Concord.Modeling.Backbones;
using Concord.Modeling.Folders;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Modeling;

/// <summary>A config is computed as it says, or refused or named key by key.</summary>
public class ConfigComputationTests
{
    [Theory]
    [InlineData("gelu", -4.7561, -1.6042)] // transformers 5.24
    [InlineData("silu", -4.5944, -1.7165)]
    public void Llama_takes_the_activation_of_its_config(string activation, double first, double second)
    {
        using var folder = Case();
        CaseFolders.Change(folder.File("config.json"), $$"""{"hidden_act": "{{activation}}"}""");
        foreach (var operations in OperationsUnderTest.Names)
        {
            using var model = RewardModelLoader.Load(
                folder.Path,
                new RewardModelOptions(),
                OperationsUnderTest.Make(operations)
            );
            using var batch = CaseFolders.Ids();
            using var output = model.Forward(batch);
            Assert.Equal(first, output.Rewards[0], 1e-4);
            Assert.Equal(second, output.Rewards[1], 1e-4);
        }
    }

    [Theory]
    [InlineData("llama_gqa", "gelu")]
    [InlineData("llama_gqa", "gelu_pytorch_tanh")]
    [InlineData("gpt_neox", "silu")]
    [InlineData("gpt_neox", "gelu_new")]
    public void Gradients_under_another_activation_are_those_of_the_tensor_library(string name, string activation)
    {
        using var folder = new TemporaryFolder();
        CaseFolders.Copy(Shared.Path("golden", "rewards", name, "model"), folder.Path);
        CaseFolders.Change(folder.File("config.json"), $$"""{"hidden_act": "{{activation}}"}""");
        var gradients = OperationsUnderTest.Names.Select(Gradients).ToArray();
        Assert.True(gradients.Length > 1);
        foreach (var other in gradients[1..])
            for (var i = 0; i < other.Length; i++)
                Assert.Equal(gradients[0][i], other[i], 2e-4 * Math.Max(1, Math.Abs(gradients[0][i])));

        double[] Gradients(string operations)
        {
            using var scope = torch.NewDisposeScope();
            using var model = RewardModelLoader.Load(
                folder.Path,
                new RewardModelOptions(),
                OperationsUnderTest.Make(operations)
            );
            model.SetTrained(TrainedParts.Full);
            using var batch = PackedBatch.Create(RewardGoldenTests.Comparisons(name, share: true));
            using var output = model.Forward(batch, record: true);
            model.Backward([.. output.Rewards.Select((_, i) => 0.1 * (i + 1) - 0.2)]);
            return
            [
                .. output.Rewards,
                .. model.TrainedParameters.Select(parameter => (double)parameter.Gradient!.norm().item<float>()),
            ];
        }
    }

    [Theory]
    [InlineData("""{"hidden_act": "relu"}""", "hidden_act")]
    [InlineData("""{"hidden_act": "quick_gelu"}""", "hidden_act")]
    [InlineData("""{"rope_interleaved": true}""", "rope_interleaved")]
    [InlineData("""{"embedding_multiplier": 12}""", "embedding_multiplier")]
    [InlineData("""{"is_causal": false}""", "is_causal")]
    [InlineData("""{"rope_scaling": {"rope_type": "yarn", "factor": 4}}""", "rope_scaling.rope_type")]
    [InlineData("""{"rope_scaling": {"type": "dynamic", "factor": 4}}""", "rope_scaling.type")]
    [InlineData("""{"rope_parameters": {"full_attention": {"rope_type": "default"}}}""", "kind of layer")]
    public void What_is_computed_otherwise_here_is_refused_by_name(string changes, string named)
    {
        using var folder = Case();
        CaseFolders.Change(folder.File("config.json"), changes);
        var error = Assert.Throws<ConcordException>(() => BackboneConfig.Read(folder.Path));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_factor_of_one_and_a_no_are_no_request()
    {
        using var folder = Case();
        CaseFolders.Change(
            folder.File("config.json"),
            """{"rope_interleaved": false, "residual_multiplier": 1.0, "clip_qkv": null, "is_causal": true}"""
        );
        Assert.Empty(ModelInformation.Read(folder.Path).Notes);
    }

    [Fact]
    public void Keys_that_nothing_reads_and_classes_of_somebodys_own_are_named()
    {
        using var folder = Case();
        CaseFolders.Change(
            folder.File("config.json"),
            """{"a_key_of_tomorrow": 3, "sliding_window": 64, "architectures": ["LlamaForRewardModel"]}"""
        );
        var notes = ModelInformation.Read(folder.Path).Notes;
        Assert.Contains(notes, note => note.Contains("a_key_of_tomorrow, sliding_window", StringComparison.Ordinal));
        Assert.Contains(notes, note => note.Contains("LlamaForRewardModel", StringComparison.Ordinal));
    }

    [Fact]
    public void Rope_scaling_wins_over_rope_parameters_as_in_transformers_5()
    {
        using var folder = Case();
        CaseFolders.Change(
            folder.File("config.json"),
            """
            {"rope_parameters": {"rope_type": "default", "rope_theta": 500000.0},
             "rope_scaling": {"type": "linear", "factor": 2.0}}
            """
        );
        var shape = BackboneConfig.Read(folder.Path);
        Assert.Equal(new RopeScaling(RopeScalingKind.Linear, 2), shape.RopeScaling);
        Assert.Equal(10000, shape.RopeTheta); // neither in rope_scaling nor beside it
        Assert.Contains(
            ModelInformation.Read(folder.Path).Notes,
            note => note.Contains("rope_scaling and rope_parameters", StringComparison.Ordinal)
        );
        CaseFolders.Change(folder.File("config.json"), """{"rope_theta": 20000.0}""");
        Assert.Equal(20000, BackboneConfig.Read(folder.Path).RopeTheta);
        // an empty or null rope_scaling says nothing
        CaseFolders.Change(folder.File("config.json"), """{"rope_scaling": null}""");
        Assert.Equal(500000, BackboneConfig.Read(folder.Path).RopeTheta);
    }

    [Fact]
    public void The_original_context_of_llama_3_is_the_whole_context_where_it_is_not_named()
    {
        using var folder = Case();
        CaseFolders.Change(
            folder.File("config.json"),
            """
            {"rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}}
            """
        );
        Assert.Equal(1024, BackboneConfig.Read(folder.Path).RopeScaling!.OriginalMaxPositions);
    }

    private static TemporaryFolder Case()
    {
        var folder = new TemporaryFolder();
        CaseFolders.Copy(Shared.Path("cases", "llama-gelu-read-as-silu", "model"), folder.Path);
        return folder;
    }
}
