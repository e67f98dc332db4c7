using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using Concord.Records;
using Xunit;

namespace Concord.Tests.Modeling;

public class RewardModelFolderTests
{
    [Theory]
    [InlineData("llama_gqa")]
    [InlineData("gpt_neox")]
    [InlineData("qwen2")]
    public void A_saved_model_has_the_tensors_and_the_config_of_the_golden_one_and_scores_the_same(string name)
    {
        using var folder = new TemporaryFolder();
        var golden = Shared.Path("golden", "rewards", name, "model");
        using var batch = PackedBatch.Create(RewardGoldenTests.Comparisons(name, share: true));
        using var model = RewardModel.Load(golden);
        using var expected = model.Forward(batch);
        model.Settings = model.Settings with
        {
            Sources = [new SourceTemperature("a", 1.5)],
            RewardMean = 0.25,
            RewardStandardDeviation = 2,
        };
        model.Save(folder.File("model"));
        using SafetensorsFile before = SafetensorsFile.Open(Path.Combine(golden, "model.safetensors")),
            after = SafetensorsFile.Open(folder.File("model/model.safetensors"));
        Assert.Equal(before.Names.Order(StringComparer.Ordinal), after.Names.Order(StringComparer.Ordinal));
        Assert.Equal("pt", after.Metadata["format"]);
        foreach (var tensor in before.Names)
            GoldenTensors.Close(before.Load(tensor), after.Load(tensor), 0, tensor);
        Assert.Equal(BackboneConfig.Read(golden), BackboneConfig.Read(folder.File("model")));
        using var again = RewardModel.Load(folder.File("model"));
        Assert.Equal(model.Settings.Sources, again.Settings.Sources);
        Assert.Equal(0.25, again.Settings.RewardMean);
        using var actual = again.Forward(batch);
        Assert.Equal(expected.Rewards, actual.Rewards);
        Assert.False(Directory.Exists(folder.File("model.partial")));
    }

    [Fact]
    public void A_folder_without_a_head_is_refused_for_scoring_and_gets_one_of_zero_for_training()
    {
        var place = Shared.Path("golden", "backbones", "llama_gqa");
        var error = Assert.Throws<ConcordException>(() => RewardModel.Load(place).Dispose());
        Assert.Contains("score.weight", error.Message, StringComparison.Ordinal);
        using var model = RewardModel.Load(place, new RewardModelOptions { HeadSeed = 7 });
        Assert.All(model.Head.Value.data<float>().ToArray(), weight => Assert.Equal(0, weight));
    }

    [Fact]
    public void Pooling_eos_with_the_padding_id_as_end_of_text_cannot_be_saved()
    {
        using var folder = new TemporaryFolder();
        using var model = RewardModel.Load(
            Shared.Path("golden", "rewards", "llama_gqa", "model"),
            new RewardModelOptions { Pooling = Pooling.Eos }
        );
        model.Save(folder.File("fine")); // pad 0, end of text 2
        using var reopened = RewardModel.Load(folder.File("fine"));
        Assert.Equal(Pooling.Eos, reopened.Pooling);
        var config = File.ReadAllText(folder.File("fine/config.json"))
            .Replace("\"pad_token_id\": 0", "\"pad_token_id\": 2", StringComparison.Ordinal);
        File.WriteAllText(folder.File("fine/config.json"), config);
        using var clash = RewardModel.Load(folder.File("fine"));
        var error = Assert.Throws<ConcordException>(() => clash.Save(folder.File("never")));
        Assert.Contains("eos", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("never")));
    }

    [Fact]
    public void Rewards_do_not_depend_on_the_batch()
    {
        var comparisons = RewardGoldenTests.Comparisons("llama_gqa", share: true);
        using var model = RewardModel.Load(Shared.Path("golden", "rewards", "llama_gqa", "model"));
        using var together = PackedBatch.Create(comparisons);
        using var all = model.Forward(together);
        for (var i = 0; i < comparisons.Count; i++)
        {
            using var alone = PackedBatch.Create([comparisons[i]]);
            using var one = model.Forward(alone);
            for (var row = 0; row < one.Rewards.Length; row++)
                Assert.Equal(all.Rewards[together.RowOffsets[i] + row], one.Rewards[row], 1e-5);
        }
    }
}
