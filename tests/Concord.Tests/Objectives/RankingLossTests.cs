using System.Text.Json;
using Concord.Modeling.Files;
using Concord.Training.Losses;
using Concord.Training.Solvers;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Objectives;

public class RankingLossTests
{
    private const int Width = 7;

    /// <summary>
    /// Comparisons of 1 to 5 responses, ties among them, of four sources of which the last has ties only.
    /// </summary>
    private static (double[][] Scores, int[] Sources, double?[] Margins) Batch(int seed)
    {
        var random = new Random(seed);
        var scores = Enumerable
            .Range(0, 14)
            .Select(c =>
                Enumerable.Range(0, 1 + random.Next(5)).Select(_ => c % 4 == 3 ? 1.0 : random.Next(4)).ToArray()
            )
            .ToArray();
        return (
            scores,
            [.. Enumerable.Range(0, 14).Select(c => c % 4)],
            [.. Enumerable.Range(0, 14).Select(c => c % 3 == 0 ? .25 * random.Next(4) : (double?)null)]
        );
    }

    public static TheoryData<int, PairAveraging, TotalForm, double, double, double> Forms()
    {
        var data = new TheoryData<int, PairAveraging, TotalForm, double, double, double>();
        var seed = 0;
        foreach (var averaging in Enum.GetValues<PairAveraging>())
        foreach (var total in Enum.GetValues<TotalForm>())
        foreach (
            var (margin, smoothing, centering) in new[] { (0.0, 0.0, 0.0), (.5, .1, .01), (0, .2, 0), (.3, 0, .1) }
        )
            data.Add(seed++, averaging, total, margin, smoothing, centering);
        return data;
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void The_closed_form_is_what_autograd_finds(
        int seed,
        PairAveraging averaging,
        TotalForm total,
        double margin,
        double smoothing,
        double centering
    )
    {
        using var scope = torch.NewDisposeScope();
        var (scores, sources, margins) = Batch(seed);
        var settings = new RankingLossSettings
        {
            Averaging = averaging,
            Total = total,
            Margin = margin,
            LabelSmoothing = smoothing,
            Centering = centering,
        };
        var pairs = RankingPairs.Create(scores, sources, 4, settings, margins);
        var random = new Random(seed + 100);
        var hidden = Enumerable
            .Range(0, pairs.RowCount * Width)
            .Select(_ => (float)(random.NextDouble() * 4 - 2))
            .ToArray();
        double[] logs = [.3, -.5, .2, 0],
            weights = [.5, .2, .3, 0];

        var head = torch
            .tensor(Enumerable.Range(0, Width).Select(_ => random.NextDouble() - .5).ToArray(), torch.float64)
            .requires_grad_();
        var logTemperatures = torch.tensor(logs, torch.float64).requires_grad_();
        var rewards = torch.mv(torch.tensor(hidden, [pairs.RowCount, Width]).to(torch.float64), head);
        var losses = DifferentiableLoss.Of(pairs, rewards, logTemperatures);
        var closed = RankingLoss.Evaluate(pairs, rewards.data<double>().ToArray(), logs.Select(Math.Exp).ToArray());

        var headGradients = closed.HeadGradients(hidden);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(losses[i].ToDouble(), closed.Losses[i] + closed.Centering[i], 1e-12);
            if (!pairs.IsPresent(i))
                continue;
            var gradient = torch.autograd.grad([losses[i]], [head, logTemperatures], retain_graph: true);
            for (var h = 0; h < Width; h++)
                Assert.Equal(gradient[0][h].ToDouble(), headGradients[i * Width + h], 1e-12);
            Assert.Equal(gradient[1][i].ToDouble(), closed.LogTemperatureGradients[i], 1e-12);
        }
        var batch = (losses * torch.tensor(closed.Coefficients(weights), torch.float64)).sum();
        Assert.Equal(batch.ToDouble(), closed.Total(weights), 1e-12);
        Assert.Equal(
            torch.autograd.grad([batch], [rewards])[0].data<double>().ToArray(),
            closed.TotalRewardGradients(weights),
            (a, b) => Math.Abs(a - b) < 1e-12
        );
        Assert.False(pairs.IsPresent(3));
        Assert.Equal([0, 1, 2], pairs.Present);
    }

    [Fact]
    public void Pooled_with_equal_weights_is_the_mean_over_all_pairs_and_per_comparison_counts_judgements()
    {
        double[][] scores =
        [
            [3, 2, 1, 0],
            [1, 0],
            [0, 1],
        ];
        double[] rewards = [.1, -.4, .7, .2, .5, -.3, 1.1, .9];
        double Pair(int w, int l) => Math.Log(1 + Math.Exp(-(rewards[w] - rewards[l])));
        var four = new[] { Pair(0, 1), Pair(0, 2), Pair(0, 3), Pair(1, 2), Pair(1, 3), Pair(2, 3) };
        double[] two = [Pair(4, 5), Pair(7, 6)];

        var pooled = RankingLoss.Evaluate(
            RankingPairs.Create(scores, [0, 0, 1], 2, new() { Total = TotalForm.Pooled }),
            rewards
        );
        Assert.Equal((four.Sum() + two.Sum()) / 8, pooled.Total([.5, .5]), 1e-14);
        Assert.Equal((four.Sum() + two[0]) / 7, pooled.Losses[0], 1e-14);
        var judged = RankingLoss.Evaluate(
            RankingPairs.Create(
                scores,
                [0, 0, 1],
                2,
                new() { Averaging = PairAveraging.PerComparison, Total = TotalForm.Pooled }
            ),
            rewards
        );
        Assert.Equal((four.Average() + two[0]) / 2, judged.Losses[0], 1e-14);
        Assert.Equal((four.Average() + two.Sum()) / 3, judged.Total([.5, .5]), 1e-14);
        // an absent source does not count among the K of the pooled form
        var missing = RankingLoss.Evaluate(
            RankingPairs.Create(scores, [0, 0, 1], 3, new() { Total = TotalForm.Pooled }),
            rewards
        );
        Assert.Equal((four.Sum() + two.Sum()) / 8, missing.Total([.5, .5, 0]), 1e-14);
    }

    [Theory]
    [InlineData(1e4)]
    [InlineData(-1e4)]
    [InlineData(700)]
    [InlineData(-45)]
    public void Large_differences_neither_overflow_nor_lose_the_loss(double difference)
    {
        using var scope = torch.NewDisposeScope();
        var pairs = RankingPairs.Create(
            [
                [1, 0],
            ],
            [0],
            1,
            new()
        );
        var closed = RankingLoss.Evaluate(pairs, [difference, 0]);
        Assert.Equal(difference < 0 ? -difference : Math.Exp(-difference), closed.Losses[0], 1e-12);
        Assert.Equal(difference < 0 ? -1 : 0, closed.RewardGradients[0], 1e-12);
        foreach (var type in new[] { torch.float32, torch.float64 })
        {
            var rewards = torch.tensor(new[] { difference, 0 }, type).requires_grad_();
            var loss = DifferentiableLoss.Of(pairs, rewards)[0];
            loss.backward();
            Assert.True(torch.isfinite(loss).item<bool>() && torch.isfinite(rewards.grad!).all().item<bool>());
            Assert.Equal(closed.Losses[0], loss.to(torch.float64).ToDouble(), 1e-9 + 1e-6 * closed.Losses[0]);
        }
    }

    [Fact]
    public void A_batch_of_ties_has_no_loss_and_no_gradient()
    {
        using var scope = torch.NewDisposeScope();
        var pairs = RankingPairs.Create(
            [
                [1, 1],
                [2],
            ],
            [0, 1],
            2,
            new()
        );
        var closed = RankingLoss.Evaluate(pairs, [3, 1, 2]);
        Assert.Equal(0, closed.Total([.5, .5]));
        Assert.All(closed.TotalRewardGradients([.5, .5]), gradient => Assert.Equal(0, gradient));
        Assert.Equal(
            [0.0, 0.0],
            DifferentiableLoss.Of(pairs, torch.tensor(new[] { 3f, 1, 2 })).data<float>().Select(value => (double)value)
        );
    }

    [Theory]
    [InlineData("margin", -1, 0, 0)]
    [InlineData("label_smoothing", 0, .5, 0)]
    [InlineData("centering", 0, 0, -1)]
    public void Settings_without_meaning_are_refused_by_name(
        string name,
        double margin,
        double smoothing,
        double centering
    ) =>
        Assert.Contains(
            name,
            Assert
                .Throws<ConcordException>(() =>
                    new RankingLossSettings
                    {
                        Margin = margin,
                        LabelSmoothing = smoothing,
                        Centering = centering,
                    }.Validate()
                )
                .Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("llama_gqa")]
    [InlineData("gpt_neox")]
    [InlineData("qwen2")]
    public void Golden_losses_head_gradients_and_Gram_matrices(string name)
    {
        using var scope = torch.NewDisposeScope();
        using var batch = JsonDocument.Parse(File.ReadAllText(Shared.Path("golden", "rewards", name, "batch.json")));
        using var expected = JsonDocument.Parse(
            File.ReadAllText(Shared.Path("golden", "rewards", name, "expected.json"))
        );
        using var file = SafetensorsFile.Open(Shared.Path("golden", "rewards", name, "expected.safetensors"));
        var comparisons = batch.RootElement.GetProperty("comparisons").EnumerateArray().ToArray();
        var pairs = RankingPairs.Create(
            [
                .. comparisons.Select(c =>
                    c.GetProperty("scores").EnumerateArray().Select(score => score.GetDouble()).ToArray()
                ),
            ],
            [.. comparisons.Select(c => c.GetProperty("source").GetInt32())],
            3,
            new()
        );
        var closed = RankingLoss.Evaluate(pairs, file.Load("rewards.last").to(torch.float64).data<double>().ToArray());
        var gradients = closed.HeadGradients(file.Load("embeddings.last").data<float>().ToArray());
        var stored = file.Load("head_gradients").data<float>().ToArray();
        for (var k = 0; k < stored.Length; k++)
            Assert.Equal(stored[k], gradients[k], 1e-6);
        var gram = GramMatrix.Of(gradients, 3);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(expected.RootElement.GetProperty("losses")[i].GetDouble(), closed.Losses[i], 1e-6);
            Assert.Equal(expected.RootElement.GetProperty("unordered_pairs")[i].GetInt32(), pairs.PairCounts[i]);
            for (var j = 0; j < 3; j++)
                Assert.Equal(expected.RootElement.GetProperty("gram")[i][j].GetDouble(), gram[i, j], 1e-5);
        }
    }
}
