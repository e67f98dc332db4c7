using System.Globalization;
using System.Text.Json;
using Concord.Foundation;
using Concord.Tests.Training;
using Concord.Training.Batches;
using Concord.Training.Losses;
using Concord.Training.Solvers;
using Concord.Training.Temperatures;
using Concord.Training.Weightings;
using Xunit;

namespace Concord.Tests.Objectives;

public class WeightingTests
{
    private static readonly BatchSettings Batches = new();
    private static readonly RankingLossSettings Loss = new();

    private static readonly bool[] All = [true, true, true];

    private static double[] Numbers(JsonElement array) =>
        [.. array.EnumerateArray().Select(value => value.GetDouble())];

    private static GramMatrix Gram(JsonElement rows) =>
        new(rows.GetArrayLength(), [.. rows.EnumerateArray().SelectMany(Numbers)]);

    private static double Distance(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();

    private static GradientNormalization Normalization(string name) =>
        name == "loss+" ? GradientNormalization.LossPlus : Enum.Parse<GradientNormalization>(name, ignoreCase: true);

    [Theory]
    [InlineData("llama_gqa")]
    [InlineData("gpt_neox")]
    [InlineData("qwen2")]
    public void Golden_weights_and_totals_of_every_normalisation(string name)
    {
        using var document = JsonDocument.Parse(
            File.ReadAllText(Shared.Path("golden", "rewards", name, "expected.json"))
        );
        var expected = document.RootElement;
        var (losses, gram) = (Numbers(expected.GetProperty("losses")), Gram(expected.GetProperty("gram")));
        var seen = 0;
        foreach (var kind in expected.GetProperty("more").EnumerateObject())
        {
            seen++;
            var more = new MoreWeighting { Normalization = Normalization(kind.Name) };
            var exact = more.Solve(gram, losses);
            Assert.True(Distance(exact.Weights, Numbers(kind.Value.GetProperty("weights"))) < 1e-9, kind.Name);
            Assert.Equal(
                kind.Value.GetProperty("min_norm2").GetDouble(),
                exact.Value,
                1e-12 * Math.Max(1, exact.Value)
            );
            var authors = new MoreWeighting
            {
                Normalization = more.Normalization,
                Solver = SolverKind.FrankWolfe,
            }.Solve(gram, losses);
            Assert.True(
                Distance(authors.Weights, Numbers(kind.Value.GetProperty("authors_fw_weights"))) < 1e-9,
                kind.Name
            );

            // 6, 2 and 2 pairs, as the golden batch; all of a source's pairs at a difference that gives its loss
            foreach (var (form, key) in new[] { (TotalForm.Mean, "total_mean"), (TotalForm.Pooled, "total_pooled") })
            {
                var pairs = RankingPairs.Create(
                    [.. Enumerable.Repeat(new double[] { 1, 0 }, 10)],
                    [0, 0, 0, 0, 0, 0, 1, 1, 2, 2],
                    3,
                    new() { Total = form }
                );
                var rewards = pairs
                    .ComparisonSources.SelectMany(source => new[] { -Math.Log(Math.Exp(losses[source]) - 1), 0 })
                    .ToArray();
                Assert.Equal(
                    kind.Value.GetProperty(key).GetDouble(),
                    RankingLoss.Evaluate(pairs, rewards).Total(exact.Weights),
                    1e-12
                );
            }
        }
        Assert.Equal(4, seen);
    }

    [Theory]
    [InlineData("sgd_zero_qp")]
    [InlineData("sgd_zero_fw")]
    [InlineData("sgd_random_qp")]
    [InlineData("sgd_random_fw")]
    [InlineData("adamw_zero_qp")]
    [InlineData("adamw_zero_fw")]
    [InlineData("adamw_random_qp")]
    [InlineData("adamw_random_fw")]
    [InlineData("sgd_random_fw_micro")]
    [InlineData("adamw_random_fw_micro")]
    public void Golden_trajectories_step_by_step(string name)
    {
        using var document = JsonDocument.Parse(
            File.ReadAllText(Shared.Path("golden", "more_trajectory", name + ".json"))
        );
        var solver = name.Contains("fw", StringComparison.Ordinal) ? SolverKind.FrankWolfe : SolverKind.Exact;
        var (solved, loose) = (0, 0);
        foreach (var step in document.RootElement.GetProperty("steps").EnumerateArray())
        foreach (var one in step.TryGetProperty("micro", out var micro) ? micro.EnumerateArray().ToArray() : [step])
        {
            var (norms, losses, gram) = (
                Numbers(one.GetProperty("ema_norms")),
                Numbers(one.GetProperty("losses")),
                Gram(one.GetProperty("gram"))
            );
            // the stored matrix is the normalised one: with the norms put back, normalising has to find it again
            var raw = gram.DividedBy(norms.Select(norm => 1 / norm).ToArray());
            var found = new MoreWeighting { Solver = solver }.Solve(raw, losses);
            if (Distance(found.Weights, Numbers(one.GetProperty("weights"))) >= 1e-9)
                loose++;
            Assert.Equal(one.GetProperty("total").GetDouble(), found.Weights.Zip(losses, (a, b) => a * b).Sum(), 1e-4);
            solved++;
        }
        Assert.Equal(name.EndsWith("micro", StringComparison.Ordinal) ? 120 : 60, solved);
        Assert.True(loose <= (solver == SolverKind.Exact ? 0 : 2), $"{loose} of {solved} weights differ");
    }

    private static MoreWeighting Started(MoreWeighting more, int sources, int width)
    {
        more.Start(new([.. Enumerable.Range(0, sources).Select(source => $"{source}")], width, 5));
        return more;
    }

    [Fact]
    public void The_momentum_forgets_by_alpha_and_an_absent_source_keeps_its_own()
    {
        MoreWeighting One() => Started(new MoreWeighting { Alpha = .75 }, 2, 2);
        var more = One();
        more.Put("momentum", [4, 8, 4, 8]);
        more.Weigh(new([true, false], [1, 0], [1, 2, 3, 4]));
        Assert.Equal([1.75, 3.5, 4, 8], more.Numbers("momentum"));
        var other = One();
        other.Put("momentum", more.Numbers("momentum"));
        Assert.Equal(
            more.Weigh(new([true, true], [1, 2], [1, 1, 1, -1])),
            other.Weigh(new([true, true], [1, 2], [1, 1, 1, -1]))
        );
        Assert.Equal(more.Numbers("momentum"), other.Numbers("momentum"));
        more.Start(new(["a", "b"], 2, 5));
        Assert.Equal([0.0, 0, 0, 0], more.Numbers("momentum"));
        double[] Random() =>
            Started(new MoreWeighting { MomentumStart = MomentumStart.Random }, 1, 64).Numbers("momentum");
        Assert.Equal(Random(), Random());
        Assert.All(Random(), value => Assert.InRange(value, -.125, .125));
        Assert.True(Random().Max() - Random().Min() > .2);
        Assert.Throws<InvalidOperationException>(() => new MoreWeighting().Weigh(new([true], [1], [1])));
    }

    [Fact]
    public void Absent_sources_weigh_nothing_and_the_solve_runs_over_the_others()
    {
        // gradients of lengths √2 and √3 at an inner product of -1
        double[] head = [Math.Sqrt(2), 0, 0, -1 / Math.Sqrt(2), Math.Sqrt(2.5), 0, 0, 0, 0];
        bool[] present = [true, true, false];
        var found = Started(new MoreWeighting { Alpha = 1 }, 3, 3).Weigh(new(present, [1, 2, 0], head));
        var two = MinNormSolver.Solve(new GramMatrix(2, [1, -1 / Math.Sqrt(6), -1 / Math.Sqrt(6), 1]));
        Assert.True(Distance(found, [two.Weights[0], two.Weights[1], 0]) < 1e-14);
        Assert.Equal([.5, .5, 0], new EqualWeighting().Weigh(new(present)));
        Assert.Equal([.5, .5, 0], new MultiTaskWeighting().Weigh(new(present)));
        Assert.Equal([.25, .75, 0], Static([1, 3, 4]).Weigh(new(present)));
        foreach (var solver in Enum.GetValues<SolverKind>())
        {
            MoreWeighting More() => Started(new MoreWeighting { Solver = solver, Alpha = 1 }, 3, 3);
            Assert.Equal([0, 1.0, 0], More().Weigh(new([false, true, false], [0, 2, 0], head)));
            Assert.Equal([0, 0, 0.0], More().Weigh(new([false, false, false], [0, 0, 0], head)));
        }
    }

    private static StaticWeighting Static(double[] weights)
    {
        string[] sources = [.. weights.Select((_, i) => $"source{i}")];
        var weighting = new StaticWeighting { Weights = sources.Zip(weights).ToDictionary() };
        weighting.Start(new(sources, 4, 1));
        return weighting;
    }

    [Fact]
    public void A_loss_that_underflows_takes_the_weight_of_its_source_without_overflow()
    {
        var gram = new GramMatrix(3, [1, .2, .1, .2, 2, .3, .1, .3, 3]);
        var found = new MoreWeighting { Normalization = GradientNormalization.LossPlus }.Solve(gram, [0, .5, 1]);
        Assert.Equal(0, found.Weights[0], 1e-12);
        Assert.Equal(1, found.Weights.Sum(), 1e-12);
    }

    [Theory]
    [InlineData("webgpt", "helpful,harmless,webgpt", "helpful=1,harmless=3")]
    [InlineData("harmless", "helpful", "helpful=1,harmless=3")]
    [InlineData("All static weights are zero", "helpful,harmless", "helpful=0,harmless=0")]
    [InlineData("-1", "helpful,harmless", "helpful=1,harmless=-1")]
    public void Static_weights_that_do_not_fit_are_refused(string named, string sources, string weights)
    {
        var weighting = new StaticWeighting
        {
            Weights = weights
                .Split(',')
                .Select(one => one.Split('='))
                .ToDictionary(one => one[0], one => double.Parse(one[1], CultureInfo.InvariantCulture)),
        };
        Assert.Contains(
            named,
            Assert.Throws<ConcordException>(() => weighting.Validate(sources.Split(','), Batches, Loss)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Settings_of_more_that_have_no_meaning_are_refused()
    {
        Assert.Throws<ConcordException>(() => new MoreWeighting { Alpha = 0 }.Validate(["a", "b"], Batches, Loss));
        Assert.Throws<ConcordException>(() => new MoreWeighting { Alpha = 1.1 }.Validate(["a", "b"], Batches, Loss));
        new MoreWeighting { Solver = SolverKind.FrankWolfe }.Validate(["a", "b"], Batches, Loss);
        Assert.Contains(
            "at least two sources",
            Assert
                .Throws<ConcordException>(() =>
                    new MoreWeighting { Solver = SolverKind.FrankWolfe }.Validate(["a"], Batches, Loss)
                )
                .Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Cosines_are_of_the_gradients_and_zero_where_one_is_zero()
    {
        var cosines = GramMatrix.Of([3, 0, 0, 4, 0, 0], 3).Cosines();
        Assert.Equal([1, 0, 0, 0, 1, 0, 0, 0, 0], cosines);
        Assert.Equal(-1, GramMatrix.Of([1, 2, -2, -4], 2).Cosines()[1], 1e-15);
    }

    [Fact]
    public void Temperatures_keep_their_mean_feel_the_prior_and_come_back_to_the_last_bit()
    {
        TemperatureLook[] looks = [new(-.3, 100), new(.1, 100), new(.2, 100)];
        var temperatures = new SourceTemperatures(3, new() { Enabled = true, LearningRate = .1 });
        for (var step = 0; step < 50; step++)
            temperatures.Step(looks);
        Assert.Equal(0, temperatures.Logs.ToArray().Sum(), 1e-12);
        Assert.True(temperatures.Values[0] > 1 && temperatures.Values[2] < temperatures.Values[1]);
        var copy = new SourceTemperatures(3, new() { Enabled = true, LearningRate = .1 });
        copy.Put("log_temperatures", temperatures.Logs);
        TemperatureLook[] once = [new(.1, 100), default, new(.3, 100, 4)];
        temperatures.Step(once);
        copy.Step(once);
        Assert.Equal(temperatures.Logs.ToArray(), copy.Logs.ToArray());
        // where the data say nothing the prior draws back to 1; where nothing was looked at nothing moves
        var still = copy.Logs.ToArray();
        copy.Step([default, default, default]);
        Assert.Equal(still, copy.Logs.ToArray());
        for (var step = 0; step < 2000; step++)
            copy.Step([new(0, 10), new(0, 10), new(0, 10)]);
        Assert.All(copy.Values.ToArray(), value => Assert.Equal(1, value, 1e-6));
        var off = new SourceTemperatures(2, new());
        off.Step([new(1, 10), new(-1, 10)]);
        Assert.Equal([1.0, 1.0], off.Values.ToArray());
    }

    [Theory]
    [InlineData(4)]
    [InlineData(16)]
    [InlineData(64)]
    public void The_prior_weighs_the_same_in_batches_of_any_size(int perSource)
    {
        // two sources of 2,560 pairs each, rewards of spread .5 that are right up to τ: log τ = ±.69
        const int Pairs = 2560;
        double[] truth = [.69, -.69];
        var random = new Random(5);
        double Gaussian() =>
            Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var differences = truth
            .Select(log =>
                Enumerable
                    .Range(0, Pairs)
                    .Select(_ => .5 * Gaussian())
                    .Select(d => random.NextDouble() < Logistic.Sigmoid(Math.Exp(log) * d) ? d : -d)
                    .ToArray()
            )
            .ToArray();
        var settings = new SourceTemperatureSettings
        {
            Enabled = true,
            PriorDeviation = .5,
            LearningRate = .05,
        };
        var temperatures = new SourceTemperatures(2, settings);
        const int Passes = 40;
        var found = new List<double>(); // later steps: what they wander around
        for (var pass = 0; pass < Passes; pass++)
        for (var start = 0; start < Pairs; start += perSource)
        {
            var tau = temperatures.Values.ToArray();
            temperatures.Step([
                .. differences.Select(
                    (own, source) =>
                        new TemperatureLook(
                            own[start..(start + perSource)]
                                .Average(d => -tau[source] * d * Logistic.Sigmoid(-tau[source] * d)),
                            Pairs
                        )
                ),
            ]);
            if (pass >= Passes / 2)
                found.Add(temperatures.Logs[0]);
        }
        // the exact maximum a posteriori under mean 0, by a fine search
        double Posterior(double log) =>
            2 * log * log / (2 * .5 * .5)
            + differences[0].Sum(d => Logistic.Softplus(-Math.Exp(log) * d))
            + differences[1].Sum(d => Logistic.Softplus(-Math.Exp(-log) * d));
        var exact = Enumerable.Range(0, 2000).Select(i => i * .001).MinBy(Posterior);
        Assert.Equal(exact, found.Average(), .02);
    }

    [Fact]
    public void MultiTask_is_the_papers_stream_and_refused_on_balanced_batches()
    {
        var shuffled = new BatchSettings { Composition = BatchComposition.Shuffled };
        var pooled = new RankingLossSettings { Total = TotalForm.Pooled };
        new MultiTaskWeighting().Validate(["a", "b"], shuffled, pooled);
        var balanced = Assert.Throws<ConcordException>(() =>
            new MultiTaskWeighting().Validate(["a", "b"], Batches, Loss)
        );
        Assert.Contains("weighting: equal", balanced.Message, StringComparison.Ordinal);
        Assert.Contains("batches.composition: shuffled", balanced.Message, StringComparison.Ordinal);
        var mean = Assert.Throws<ConcordException>(() => new MultiTaskWeighting().Validate(["a", "b"], shuffled, Loss));
        Assert.Contains("loss.total: pooled", mean.Message, StringComparison.Ordinal);
    }
}
