using System.Text.Json;
using Concord.Modeling;
using Concord.Modeling.Adapters;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Modeling;

public class AdapterTests
{
    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (var model in (string[])["llama_gqa", "gpt_neox", "qwen2"])
        foreach (var operations in OperationsUnderTest.Names)
            data.Add(model, operations);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_of_adapters_and_head_equal_the_golden_ones(string name, string operations)
    {
        using var scope = torch.NewDisposeScope();
        using var model = RewardModelLoader.Load(
            Shared.Path("golden", "rewards", name, "lora"),
            new RewardModelOptions(),
            OperationsUnderTest.Make(operations)
        );
        model.SetTrained(TrainedParts.Adapters);
        using var expectation = JsonDocument.Parse(
            File.ReadAllText(Shared.Path("golden", "rewards", name, "lora", "expected.json"))
        );
        double[] weights =
        [
            .. expectation
                .RootElement.GetProperty("more_l2")
                .GetProperty("weights")
                .EnumerateArray()
                .Select(weight => weight.GetDouble()),
        ];
        using var batch = PackedBatch.Create(RewardGoldenTests.Comparisons(name, share: true));
        using var output = model.Forward(batch, record: true);
        model.Backward(RewardGoldenTests.WeightedLossGradient(batch, output.Rewards, weights));
        using var expected = GoldenTensors.Open("golden", "rewards", name, "lora", "expected.safetensors");
        var seen = 0;
        foreach (
            var (tensor, gradient) in model.TrainedParameters.SelectMany(parameter =>
                parameter.Layout.Split(parameter.Gradient!)
            )
        )
        {
            GoldenTensors.CloseGradient(expected.Load($"more_l2.mean.{tensor}"), gradient, tensor);
            seen++;
        }
        Assert.Equal(
            expected.Names.Count(tensor => tensor.StartsWith("more_l2.mean.", StringComparison.Ordinal)),
            seen
        );
        Assert.All(model.Backbone.Parameters, parameter => Assert.Null(parameter.Gradient));
    }

    [Fact]
    public void Fresh_adapters_change_nothing_and_merging_them_changes_no_score()
    {
        using var folder = new TemporaryFolder();
        var place = Shared.Path("golden", "rewards", "gpt_neox", "model");
        using var batch = PackedBatch.Create(RewardGoldenTests.Comparisons("gpt_neox", share: true));
        using var model = RewardModel.Load(place);
        using var before = model.Forward(batch);
        model.SetTrained(TrainedParts.Adapters, lora: new LoraSettings { Rank = 3, Alpha = 5 });
        using var fresh = model.Forward(batch);
        Assert.Equal(before.Rewards, fresh.Rewards);
        using (torch.no_grad())
            foreach (var parameter in model.TrainedParameters)
                parameter.Value.add_(
                    torch
                        .linspace(-0.1, 0.2, parameter.Value.numel())
                        .view(parameter.Value.shape)
                        .DetachFromDisposeScope()
                );
        using var adapted = model.Forward(batch);
        Assert.True(Math.Abs(adapted.Rewards[0] - before.Rewards[0]) > 1e-3);

        model.SaveAdapter(folder.File("adapter"));
        using (var again = RewardModel.Load(folder.File("adapter")))
        using (var reloaded = again.Forward(batch))
            Close(adapted.Rewards, reloaded.Rewards);

        model.MergeAdapters();
        using var merged = model.Forward(batch);
        Close(adapted.Rewards, merged.Rewards);
        model.Save(folder.File("merged"));
        using var whole = RewardModel.Load(folder.File("merged"));
        using var saved = whole.Forward(batch);
        Close(merged.Rewards, saved.Rewards);
    }

    [Fact]
    public void A_target_that_is_no_layer_is_named()
    {
        using var model = RewardModel.Load(Shared.Path("golden", "rewards", "gpt_neox", "model"));
        var error = Assert.Throws<ConcordException>(() =>
            model.SetTrained(TrainedParts.Adapters, lora: new LoraSettings { Targets = ["q_proj"] })
        );
        Assert.Contains("q_proj", error.Message, StringComparison.Ordinal);
        Assert.Contains("query_key_value", error.Message, StringComparison.Ordinal);
    }

    private static void Close(double[] expected, double[] actual)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-5);
    }
}
