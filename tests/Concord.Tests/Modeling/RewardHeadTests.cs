using Concord.Modeling.Files;
using Concord.Modeling.Folders;
using Concord.Modeling.Rewards;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Modeling;

/// <summary>A reward head is found under whatever name it stands, or said to be none that is read.</summary>
public class RewardHeadTests
{
    private const string Renamed = "reward-head-under-another-name";

    [Theory]
    [InlineData("ddp", "`module.`")]
    [InlineData("torch-compile", "`_orig_mod.`")]
    [InlineData("peft-leftover", "`base_model.model.`")]
    [InlineData("value-head", "value_head.weight")]
    public void Wrappers_are_taken_off_and_the_head_is_found(string name, string said)
    {
        using var expected = RewardModel.Load(Usual());
        using var model = RewardModel.Load(Shared.Path("cases", Renamed, name));
        using var batch = CaseFolders.Ids();
        using var rewards = model.Forward(batch);
        using var plain = expected.Forward(batch);
        Assert.Equal(plain.Rewards, rewards.Rewards);
        Assert.Contains(model.Opening, sentence => sentence.Contains(said, StringComparison.Ordinal));
        Assert.True(ModelInformation.Read(Shared.Path("cases", Renamed, name)).HasRewardHead);
    }

    [Fact]
    public void A_deeper_head_is_refused_by_name_for_scoring_and_training()
    {
        var place = Shared.Path("cases", Renamed, "mlp-head");
        foreach (var seed in (ulong?[])[null, 1])
        {
            var error = Assert.Throws<ConcordException>(() =>
                RewardModel.Load(place, new RewardModelOptions { HeadSeed = seed }).Dispose()
            );
            Assert.Contains("\"score.0.weight\" [32, 32]", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("concord train", error.Message, StringComparison.Ordinal);
        }
        Assert.Contains(ModelInformation.Read(place).Notes, note => note.Contains("score.0", StringComparison.Ordinal));
    }

    [Fact]
    public void A_head_in_a_file_of_its_own_is_read_and_its_bias_is_added_and_kept()
    {
        using var folder = new TemporaryFolder();
        CaseFolders.Copy(Shared.Path("cases", "value-head-file-thrown-away", "model"), folder.File("model"));
        using var batch = CaseFolders.Ids();
        double[] without;
        using (var model = RewardModel.Load(folder.File("model"), new RewardModelOptions { HeadSeed = 1 }))
        {
            Assert.Contains("value_head.safetensors", model.HeadOrigin, StringComparison.Ordinal);
            Assert.Null(model.Settings.RewardConstant); // its bias is 0
            using var rewards = model.Forward(batch);
            without = rewards.Rewards;
        }
        Assert.NotEqual(without[0], without[1]);
        torch.Tensor weight;
        using (var file = SafetensorsFile.Open(folder.File("model/value_head.safetensors")))
            weight = file.Load("v_head.summary.weight");
        SafetensorsWriter.Write(
            folder.File("model/value_head.safetensors"),
            [("v_head.summary.weight", weight), ("v_head.summary.bias", torch.tensor([2.5f]))]
        );
        using var biased = RewardModel.Load(folder.File("model"));
        using var raised = biased.Forward(batch);
        Assert.Equal(without.Select(reward => reward + 2.5), raised.Rewards);
        biased.Save(folder.File("saved"));
        using var saved = RewardModel.Load(folder.File("saved"));
        Assert.Equal(2.5, saved.Settings.RewardConstant);
        using var again = saved.Forward(batch);
        Assert.Equal(raised.Rewards, again.Rewards);
        using var plain = SafetensorsFile.Open(folder.File("saved/model.safetensors"));
        Assert.Contains("score.weight", plain.Names);
    }

    [Theory]
    [InlineData("score.weight", new long[] { 3, 32 }, "[3, 32]")]
    [InlineData("score.weight", new long[] { 1, 16 }, "[1, 16]")]
    [InlineData("regression_layer.weight", new long[] { 19, 32 }, "regression_layer")]
    public void A_head_of_another_shape_is_named(string name, long[] shape, string said)
    {
        using var folder = Headless();
        Add(folder, (name, torch.zeros(shape)));
        var error = Assert.Throws<ConcordException>(() =>
            RewardModel.Load(folder.Path, new RewardModelOptions { HeadSeed = 1 }).Dispose()
        );
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_heads_and_a_pickled_head_are_refused_and_a_missing_one_is_made_new()
    {
        using var folder = Headless();
        File.WriteAllText(folder.File("value_head.bin"), "PK..");
        var pickled = Assert.Throws<ConcordException>(() =>
            RewardModel.Load(folder.Path, new RewardModelOptions { HeadSeed = 1 }).Dispose()
        );
        Assert.Contains("value_head.bin", pickled.Message, StringComparison.Ordinal);
        File.Delete(folder.File("value_head.bin"));

        using (var fresh = RewardModel.Load(folder.Path, new RewardModelOptions { HeadSeed = 1 }))
            Assert.Contains("made new", fresh.HeadOrigin, StringComparison.Ordinal);

        Add(folder, ("rm_head.weight", torch.ones(1, 32)));
        using (var one = RewardModel.Load(folder.Path))
            Assert.Contains("rm_head.weight", one.HeadOrigin, StringComparison.Ordinal);
        SafetensorsWriter.Write(folder.File("value_head.safetensors"), [("v_head.weight", torch.ones(1, 32))]);
        var two = Assert.Throws<ConcordException>(() => RewardModel.Load(folder.Path).Dispose());
        Assert.Contains("rm_head.weight", two.Message, StringComparison.Ordinal);
        Assert.Contains("v_head.weight", two.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrapper_of_ones_own_is_named()
    {
        using var folder = new TemporaryFolder();
        CaseFolders.Copy(Usual(), folder.Path);
        using (var all = SafetensorsFile.Open(Path.Combine(Usual(), "model.safetensors")))
            SafetensorsWriter.Write(
                folder.File("model.safetensors"),
                all.Names.Select(name => ("llm." + name, all.Load(name)))
            );
        var error = Assert.Throws<ConcordException>(() => RewardModel.Load(folder.Path).Dispose());
        Assert.Contains("\"llm.\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_not_read_are_named_with_what_they_mean()
    {
        using var folder = new TemporaryFolder();
        CaseFolders.Copy(Usual(), folder.Path);
        foreach (
            var name in (string[])
                ["modeling_mine.py", "pytorch_model.bin", "README.md", "trainer_state.json", "strange.thing"]
        )
            File.WriteAllText(folder.File(name), "x");
        var note = Assert.Single(ModelInformation.Read(folder.Path).Notes);
        Assert.Contains("modeling_mine.py (code of the model's own", note, StringComparison.Ordinal);
        Assert.Contains("pytorch_model.bin (pickled", note, StringComparison.Ordinal);
        Assert.Contains("strange.thing (not known here)", note, StringComparison.Ordinal);
        Assert.DoesNotContain("README", note, StringComparison.Ordinal);
        Assert.DoesNotContain("trainer_state", note, StringComparison.Ordinal);
    }

    [Fact]
    public void A_git_lfs_pointer_in_place_of_weights_is_told()
    {
        var error = Assert.Throws<ConcordException>(() =>
            RewardModel.Load(Shared.Path("cases", "git-lfs-pointer-as-weights", "model")).Dispose()
        );
        Assert.Contains("git lfs pull", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ConcordException>(() =>
            GgufImport.CountWeights(Shared.Path("cases", "git-lfs-pointer-as-weights", "model.gguf"))
        );
        Assert.Contains("git lfs pull", error.Message, StringComparison.Ordinal);
    }

    private static string Usual() => Shared.Path("cases", "lora-alpha-pattern-ignored", "base");

    private static TemporaryFolder Headless()
    {
        var folder = new TemporaryFolder();
        CaseFolders.Copy(Usual(), folder.Path);
        using var all = SafetensorsFile.Open(Path.Combine(Usual(), "model.safetensors"));
        SafetensorsWriter.Write(
            folder.File("model.safetensors"),
            all.Names.Where(name => name != "score.weight").Select(name => (name, all.Load(name)))
        );
        return folder;
    }

    private static void Add(TemporaryFolder folder, params (string, torch.Tensor)[] tensors)
    {
        (string, torch.Tensor)[] before;
        using (var all = SafetensorsFile.Open(folder.File("model.safetensors")))
            before = [.. all.Names.Select(name => (name, all.Load(name)))];
        SafetensorsWriter.Write(folder.File("model.safetensors"), [.. before, .. tensors]);
    }
}
