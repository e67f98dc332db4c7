using System.Text.Json;
using Concord.Modeling;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using Concord.Tokenization.Comparisons;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Modeling;

public class RewardGoldenTests
{
    private static readonly string[] Models = ["llama_gqa", "gpt_neox", "qwen2"];

    public static TheoryData<string, string, bool> Cases()
    {
        var data = new TheoryData<string, string, bool>();
        foreach (var model in Models)
        foreach (var operations in OperationsUnderTest.Names)
        foreach (var share in (bool[])[true, false])
            data.Add(model, operations, share);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rewards_equal_those_of_transformers_for_every_pooling(string model, string operations, bool share)
    {
        Shared.Require();
        using var expected = GoldenTensors.Open("golden", "rewards", model, "expected.safetensors");
        foreach (
            var (pooling, name) in ((Pooling, string)[])
                [(Pooling.Last, "last"), (Pooling.Mean, "mean"), (Pooling.Max, "max")]
        )
        {
            using var scope = torch.NewDisposeScope();
            using var rewardModel = Load(model, pooling, operations);
            using var batch = PackedBatch.Create(Comparisons(model, share));
            using var output = rewardModel.Forward(batch);
            GoldenTensors.Close(expected.Load($"embeddings.{name}"), output.Hidden, 1e-4, $"{name} embeddings");
            GoldenTensors.Close(
                expected.Load($"rewards.{name}"),
                torch.tensor(output.Rewards),
                1e-4,
                $"{name} rewards"
            );
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_of_the_ranking_loss_equal_those_of_transformers(string model, string operations, bool share)
    {
        Shared.Require();
        using var scope = torch.NewDisposeScope();
        using var rewardModel = Load(model, Pooling.Last, operations);
        rewardModel.SetTrained(TrainedParts.Full);
        using var batch = PackedBatch.Create(Comparisons(model, share));
        using var output = rewardModel.Forward(batch, record: true);
        rewardModel.Backward(PooledLossGradient(batch, output.Rewards));
        using var expected = GoldenTensors.Open("golden", "rewards", model, "gradients_multitask.safetensors");
        var seen = 0;
        foreach (var parameter in rewardModel.Parameters)
        {
            foreach (var (name, gradient) in parameter.Layout.Split(parameter.Gradient!))
            {
                GoldenTensors.CloseGradient(expected.Load(name), gradient, name);
                seen++;
            }
        }
        Assert.Equal(expected.Names.Count, seen);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_with_frozen_layers_equal_those_of_the_whole_model(string model, string operations, bool share)
    {
        Shared.Require();
        using var scope = torch.NewDisposeScope();
        using var rewardModel = Load(model, Pooling.Last, operations);
        rewardModel.SetTrained(TrainedParts.LastLayers, 1);
        using var batch = PackedBatch.Create(Comparisons(model, share));
        using var frozen = rewardModel.FrozenStates(batch);
        using var expected = GoldenTensors.Open("golden", "rewards", model, "gradients_multitask.safetensors");
        foreach (var states in (torch.Tensor?[])[null, frozen])
        {
            foreach (var parameter in rewardModel.TrainedParameters)
                parameter.Gradient!.zero_();
            using var output = rewardModel.Forward(batch, record: true, states);
            rewardModel.Backward(PooledLossGradient(batch, output.Rewards));
            foreach (
                var (name, gradient) in rewardModel.TrainedParameters.SelectMany(parameter =>
                    parameter.Layout.Split(parameter.Gradient!)
                )
            )
                GoldenTensors.CloseGradient(expected.Load(name), gradient, name);
        }
        Assert.True(rewardModel.TrainedParameters.Count < rewardModel.Parameters.Count / 2 + 3);
    }

    private static RewardModel Load(string model, Pooling pooling, string operations) =>
        RewardModelLoader.Load(
            Shared.Path("golden", "rewards", model, "model"),
            new RewardModelOptions { Pooling = pooling },
            OperationsUnderTest.Make(operations)
        );

    internal static IReadOnlyList<TokenizedComparison> Comparisons(string model, bool share)
    {
        using var document = JsonDocument.Parse(
            File.ReadAllText(Shared.Path("golden", "rewards", model, "batch.json"))
        );
        return
        [
            .. document
                .RootElement.GetProperty("comparisons")
                .EnumerateArray()
                .Select(item =>
                {
                    var prompt = Ints(item.GetProperty("prompt"));
                    var comparison = Batches.Of(
                        $"source{item.GetProperty("source").GetInt32()}",
                        [.. item.GetProperty("scores").EnumerateArray().Select(score => score.GetDouble())],
                        [
                            .. item.GetProperty("responses")
                                .EnumerateArray()
                                .Select(response => (int[])[.. prompt, .. Ints(response)]),
                        ]
                    );
                    return share ? comparison : Batches.Unshared(comparison);
                }),
        ];

        static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(id => id.GetInt32())];
    }

    // d/dr of the mean over all strict pairs of softplus(-(r_w - r_l))
    private static double[] PooledLossGradient(PackedBatch batch, double[] rewards)
    {
        double pairs = batch.Comparisons.Sum(comparison => comparison.Comparison.StrictPairs);
        return LossGradient(batch, rewards, _ => 1 / pairs);
    }

    // d/dr of the weighted sum of the sources' mean losses
    internal static double[] WeightedLossGradient(PackedBatch batch, double[] rewards, double[] weights) =>
        LossGradient(
            batch,
            rewards,
            source =>
                weights[int.Parse(source.AsSpan("source".Length), System.Globalization.CultureInfo.InvariantCulture)]
                / batch
                    .Comparisons.Where(comparison => comparison.Comparison.Source == source)
                    .Sum(comparison => comparison.Comparison.StrictPairs)
        );

    private static double[] LossGradient(PackedBatch batch, double[] rewards, Func<string, double> weightOfPair)
    {
        var gradient = new double[rewards.Length];
        for (var c = 0; c < batch.Comparisons.Count; c++)
        {
            var scores = batch.Comparisons[c].Scores;
            for (var i = 0; i < scores.Length; i++)
            {
                for (var j = 0; j < scores.Length; j++)
                {
                    if (scores[i] <= scores[j])
                        continue;
                    int winner = batch.RowOffsets[c] + i,
                        loser = batch.RowOffsets[c] + j;
                    var pull =
                        1
                        / (1 + Math.Exp(rewards[winner] - rewards[loser]))
                        * weightOfPair(batch.Comparisons[c].Comparison.Source);
                    gradient[winner] -= pull;
                    gradient[loser] += pull;
                }
            }
        }
        return gradient;
    }
}
