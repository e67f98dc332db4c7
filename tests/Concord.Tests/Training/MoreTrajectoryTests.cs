using System.Text.Json;
using Concord.Modeling;
using Concord.Modeling.Files;
using Concord.Modeling.Rewards;
using Concord.Tests.Modeling;
using Concord.Tokenization.Comparisons;
using Concord.Training.Batches;
using Concord.Training.Loop;
using Concord.Training.Objectives;
using Concord.Training.Optimizers;
using Concord.Training.Temperatures;
using Concord.Training.Weightings;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Training;

/// <summary>
/// 60 steps as the authors' code takes them: losses, λ, totals at each, parameters and averages at the end.
/// </summary>
[Collection("training")] // one after the other: the library's threads would fight for the cores
public class MoreTrajectoryTests : OneThread
{
    public static TheoryData<string> Runs() =>
        new(
            from optimizer in new[] { "sgd", "adamw" }
            from run in new[] { "zero_qp", "zero_fw", "random_qp", "random_fw", "random_fw_micro" }
            select $"{optimizer}_{run}"
        );

    private static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(id => id.GetInt32())];

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetDouble())];

    [Theory]
    [MemberData(nameof(Runs))]
    public void The_authors_steps_are_taken(string name)
    {
        using var scope = torch.NewDisposeScope();
        using var expected = JsonDocument.Parse(
            File.ReadAllText(Shared.Path("golden", "more_trajectory", name + ".json"))
        );
        using var batches = JsonDocument.Parse(
            File.ReadAllText(Shared.Path("golden", "more_trajectory", "batches.json"))
        );
        using var start = JsonDocument.Parse(
            File.ReadAllText(Shared.Path("golden", "more_trajectory", "ema_init.json"))
        );
        using var final = SafetensorsFile.Open(Shared.Path("golden", "more_trajectory", name + ".final.safetensors"));
        var micro = name.EndsWith("micro", StringComparison.Ordinal);
        var settings = new TrainingSettings
        {
            Batches = new BatchSettings { MicroBatch = micro ? 3 : null },
            Weighting = new MoreWeighting
            {
                Solver = name.Contains("fw", StringComparison.Ordinal) ? SolverKind.FrankWolfe : SolverKind.Exact,
                Scope = micro ? WeightingScope.MicroBatch : WeightingScope.Batch,
            },
            Optimizer = new OptimizerSettings
            {
                Kind = name.StartsWith("sgd", StringComparison.Ordinal) ? OptimizerKind.Sgd : OptimizerKind.AdamW,
                ClipNorm = null,
            },
        };
        using var model = RewardModelLoader.Load(
            Shared.Path("golden", "rewards", "llama_gqa", "model"),
            new RewardModelOptions { Pooling = Pooling.Last },
            OperationsUnderTest.Make("fused")
        );
        model.SetTrained(TrainedParts.Full);
        var rate = settings.Optimizer.Kind == OptimizerKind.Sgd ? .05 : 1e-3;
        using var parameters = new FlatParameters(model, settings.Optimizer, rate, rate);
        using IOptimizer optimizer =
            settings.Optimizer.Kind == OptimizerKind.Sgd
                ? new Sgd(parameters)
                : new AdamW(parameters, settings.Optimizer);
        var weighting = (MoreWeighting)settings.Weighting;
        weighting.Start(new WeightingContext(["0", "1", "2"], 32, 1));
        double[] from = Numbers(
            start.RootElement.GetProperty(name.Contains("zero", StringComparison.Ordinal) ? "zero" : "random")
        );
        weighting.Put("momentum", [.. from, .. from, .. from]);
        using var objective = new RankingObjective(
            model,
            parameters,
            settings.Loss,
            settings.Batches,
            weighting,
            new SourceTemperatures(3, new())
        );

        var number = 0;
        foreach (
            var (pairs, golden) in batches
                .RootElement.GetProperty("steps")
                .EnumerateArray()
                .Zip(expected.RootElement.GetProperty("steps").EnumerateArray())
        )
        {
            TokenizedComparison[] comparisons =
            [
                .. pairs
                    .EnumerateArray()
                    .Select(pair =>
                        Batches.Of(
                            "s",
                            [1, 0],
                            [.. Ints(pair.GetProperty("prompt")), .. Ints(pair.GetProperty("chosen"))],
                            [.. Ints(pair.GetProperty("prompt")), .. Ints(pair.GetProperty("rejected"))]
                        )
                    ),
            ];
            int[] sources = [.. pairs.EnumerateArray().Select(pair => pair.GetProperty("source").GetInt32())];
            var outcome = objective.Step(
                new TrainingBatch(number, comparisons, sources, new bool[comparisons.Length]),
                TestContext.Current.CancellationToken
            );
            optimizer.Step(++number, 1, 1);
            Assert.Equal(golden.GetProperty("total").GetDouble(), outcome.Loss, 1e-4);
            JsonElement[] solves = micro ? [.. golden.GetProperty("micro").EnumerateArray()] : [golden];
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(
                    solves.Average(solve => solve.GetProperty("weights")[i].GetDouble()),
                    outcome.Weights[i],
                    1e-4
                );
                Assert.Equal(
                    solves.Average(solve => solve.GetProperty("losses")[i].GetDouble()),
                    outcome.Losses[i],
                    1e-4
                );
                var average = weighting.Numbers("momentum").AsSpan(i * 32, 32).ToArray();
                var norm = Math.Sqrt(average.Sum(value => value * value));
                Assert.Equal(solves[^1].GetProperty("ema_norms")[i].GetDouble(), norm, 1e-3);
            }
        }
        var tolerance = settings.Optimizer.Kind == OptimizerKind.Sgd ? 1e-4 : 5e-4;
        var seen = 0;
        foreach (
            var (tensor, value) in model.Parameters.SelectMany(parameter =>
                parameter.Layout.Split(parameter.Value.detach())
            )
        )
        {
            GoldenTensors.Close(final.Load(tensor), value, tolerance, tensor);
            seen++;
        }
        Assert.Equal(final.Names.Count - 1, seen);
        GoldenTensors.Close(
            final.Load("ema"),
            torch.tensor(weighting.Numbers("momentum"), [3, 32], torch.float64).to(torch.float32),
            1e-3,
            "ema"
        );
    }
}
