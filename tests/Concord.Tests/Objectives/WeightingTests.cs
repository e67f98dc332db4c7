using System.Text.Json;
using Concord.Preferences;
using Concord.Training.Losses;
using Concord.Training.Solvers;
using Concord.Training.Temperatures;
using Concord.Training.Weightings;
using Xunit;

namespace Concord.Tests.Objectives;

public class WeightingTests
{
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
            var exact = new MoreWeighting(Normalization(kind.Name)).Weigh(gram, losses, All);
            Assert.True(Distance(exact.Weights, Numbers(kind.Value.GetProperty("weights"))) < 1e-9, kind.Name);
            Assert.Equal(
                kind.Value.GetProperty("min_norm2").GetDouble(),
                exact.Solution!.Value,
                1e-12 * Math.Max(1, exact.Solution.Value)
            );
            var authors = new MoreWeighting(Normalization(kind.Name), SolverKind.FrankWolfe).Weigh(gram, losses, All);
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
            var found = new MoreWeighting(GradientNormalization.L2, solver).Weigh(raw, losses, All);
            if (Distance(found.Weights, Numbers(one.GetProperty("weights"))) >= 1e-9)
                loose++;
            Assert.Equal(one.GetProperty("total").GetDouble(), found.Weights.Zip(losses, (a, b) => a * b).Sum(), 1e-4);
            solved++;
        }
        Assert.Equal(name.EndsWith("micro", StringComparison.Ordinal) ? 120 : 60, solved);
        Assert.True(loose <= (solver == SolverKind.Exact ? 0 : 2), $"{loose} of {solved} weights differ");
    }

    [Fact]
    public void The_momentum_forgets_by_alpha_and_an_absent_source_keeps_its_own()
    {
        var momentum = new GradientMomentum(2, .75, [4, 8]);
        var gram = momentum.Update([1, 2, 3, 4], [true, false]);
        Assert.Equal([1.75, 3.5, 4, 8], momentum.Values.ToArray());
        Assert.Equal(1.75 * 4 + 3.5 * 8, gram[0, 1]);
        var other = new GradientMomentum(2, .75, [0, 0]);
        other.Restore(momentum.Values);
        Assert.Equal(
            momentum.Update([1, 1, 1, 1], [true, true]).Values.ToArray(),
            other.Update([1, 1, 1, 1], [true, true]).Values.ToArray()
        );
        var random = GradientMomentum.StartVector(MomentumStart.Random, 64, 5);
        Assert.Equal(random, GradientMomentum.StartVector(MomentumStart.Random, 64, 5));
        Assert.All(random, value => Assert.InRange(value, -.125, .125));
        Assert.True(random.Max() - random.Min() > .2);
    }

    [Fact]
    public void Absent_sources_weigh_nothing_and_the_solve_runs_over_the_others()
    {
        var gram = new GramMatrix(3, [2, -1, 9, -1, 3, 9, 9, 9, 0]);
        bool[] present = [true, true, false];
        var found = new MoreWeighting().Weigh(gram, [1, 2, double.NaN], present);
        var two = MinNormSolver.Solve(new GramMatrix(2, [1, -1 / Math.Sqrt(6), -1 / Math.Sqrt(6), 1]));
        Assert.True(Distance(found.Weights, [two.Weights[0], two.Weights[1], 0]) < 1e-14);
        Assert.Equal(0, found.Spread, 1e-14);
        Assert.Equal([.5, .5, 0], new EqualWeighting().Weigh(null, [], present).Weights);
        Assert.Equal([.25, .75, 0], new StaticWeighting([1, 3, 4]).Weigh(null, [], present).Weights);
        Assert.Equal(.5, new StaticWeighting([1, 3, 4]).Weigh(null, [], present).Spread);
        foreach (var solver in Enum.GetValues<SolverKind>())
        {
            Assert.Equal(
                [0, 1.0, 0],
                new MoreWeighting(solver: solver).Weigh(gram, [1, 2, 3], [false, true, false]).Weights
            );
            Assert.Equal(
                [0, 0, 0.0],
                new MoreWeighting(solver: solver).Weigh(gram, [1, 2, 3], [false, false, false]).Weights
            );
        }
    }

    [Fact]
    public void A_loss_that_underflows_takes_the_weight_of_its_source_without_overflow()
    {
        var gram = new GramMatrix(3, [1, .2, .1, .2, 2, .3, .1, .3, 3]);
        var found = new MoreWeighting(GradientNormalization.LossPlus).Weigh(gram, [0, .5, 1], All);
        Assert.Equal(0, found.Weights[0], 1e-12);
        Assert.Equal(1, found.Weights.Sum(), 1e-12);
    }

    [Fact]
    public void The_registry_names_every_scheme_and_refuses_what_it_does_not_know()
    {
        string[] sources = ["helpful", "harmless"];
        Assert.IsType<EqualWeighting>(WeightingRegistry.Create(new() { Scheme = "multitask" }, sources));
        Assert.IsType<MoreWeighting>(WeightingRegistry.Create(new() { Scheme = "more" }, sources));
        var fixedWeights = new Dictionary<string, double> { ["harmless"] = 3, ["helpful"] = 1 };
        Assert.Equal(
            [.25, .75],
            WeightingRegistry
                .Create(new() { Scheme = "static", Weights = fixedWeights }, sources)
                .Weigh(null, [], [true, true])
                .Weights
        );
        Assert.Contains(
            "more",
            Assert.Throws<ConcordException>(() => WeightingRegistry.Create(new() { Scheme = "mroe" }, sources)).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "webgpt",
            Assert
                .Throws<ConcordException>(() =>
                    WeightingRegistry.Create(
                        new() { Scheme = "static", Weights = fixedWeights },
                        [.. sources, "webgpt"]
                    )
                )
                .Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "harmless",
            Assert
                .Throws<ConcordException>(() =>
                    WeightingRegistry.Create(new() { Scheme = "static", Weights = fixedWeights }, ["helpful"])
                )
                .Message,
            StringComparison.Ordinal
        );
        Assert.Throws<ConcordException>(() => new StaticWeighting([0, 0]));
        Assert.Throws<ConcordException>(() => new StaticWeighting([1, -1]));
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
        var temperatures = new SourceTemperatures(3, new() { Enabled = true, LearningRate = .1 });
        for (var step = 0; step < 50; step++)
            temperatures.Step([-.3, .1, .2], All, 10);
        Assert.Equal(0, temperatures.Logs.ToArray().Sum(), 1e-12);
        Assert.True(temperatures.Values[0] > 1 && temperatures.Values[2] < temperatures.Values[1]);
        var copy = new SourceTemperatures(3, new() { Enabled = true, LearningRate = .1 });
        copy.Restore(temperatures.Logs);
        temperatures.Step([.1, -.2, .3], [true, false, true], 10);
        copy.Step([.1, -.2, .3], [true, false, true], 10);
        Assert.Equal(temperatures.Logs.ToArray(), copy.Logs.ToArray());
        // with nothing to learn the prior draws back to 1
        for (var step = 0; step < 2000; step++)
            copy.Step([0, 0, 0], [false, false, false], 10);
        Assert.All(copy.Values.ToArray(), value => Assert.Equal(1, value, 1e-6));
        var off = new SourceTemperatures(2, new());
        off.Step([1, -1], [true, true], 10);
        Assert.Equal([1.0, 1.0], off.Values.ToArray());
    }
}
