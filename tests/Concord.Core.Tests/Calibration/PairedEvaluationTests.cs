using Concord.Calibration;
using Xunit;

namespace Concord.Tests.Calibration;

public class PairedEvaluationTests
{
    private static readonly EvaluationOptions Few = new() { Resamples = 200 };

    private static Prediction[] Model(double noise, int seed = 7)
    {
        var random = new Random(seed);
        return
        [
            .. Simulated
                .Pairs(300, 1, source: "a", perPrompt: 2)
                .Concat(Simulated.Pairs(200, 2, source: "b", perPrompt: 2))
                .Concat(Simulated.Rankings(50, 3, 4).Select((one, i) => one with { Line = i }))
                .Select(one =>
                    one with
                    {
                        Rewards = [.. one.Rewards.Select(reward => reward + noise * (random.NextDouble() - .5))],
                    }
                ),
        ];
    }

    [Fact]
    public void Differences_are_those_of_the_reports()
    {
        Prediction[] good = Model(0),
            bad = Model(4);
        EvaluationReport before = Evaluation.Run(bad, new EvaluationOptions { Resamples = 0 }),
            after = Evaluation.Run(good, new EvaluationOptions { Resamples = 0 });
        var paired = PairedEvaluation.Run(bad, good, Few);
        Assert.Equal(["a", "b", "ranked"], paired.Sources.Select(source => source.Name));
        foreach (var source in paired.Sources)
        {
            SourceMetrics first = before.Sources[source.Name],
                second = after.Sources[source.Name];
            Assert.Equal(first.Pairs, source.Pairs);
            Assert.Equal(second.Accuracy!.Value - first.Accuracy!.Value, source.Accuracy.Difference, 12);
            Assert.Equal(second.Ece!.Value - first.Ece!.Value, source.Ece.Difference, 12);
            Assert.Equal(second.Nll!.Value - first.Nll!.Value, source.Nll.Difference, 12);
            Assert.Equal(second.Brier!.Value - first.Brier!.Value, source.Brier.Difference, 12);
            Assert.InRange(source.Nll.Difference, source.Nll.Interval.Low, source.Nll.Interval.High);
        }
        Assert.Equal(paired.Sources.Average(source => source.Nll.Difference), paired.Mean.Nll.Difference, 12);
        Assert.Equal((1, -1), (paired.Mean.Accuracy.Sign, paired.Mean.Nll.Sign));
    }

    [Fact]
    public void Models_are_matched_whatever_the_order_and_the_folder_and_differ_in_nothing_from_themselves()
    {
        var model = Model(1);
        var other = Simulated.Shuffled(Model(2), 3).Select(one => one with { File = "elsewhere" }).ToArray();
        var paired = PairedEvaluation.Run(model, other, Few);
        Assert.Equal(PairedEvaluation.Run(model, Model(2), Few).Mean, paired.Mean);
        Assert.Equal(PairedEvaluation.Run(model, other, Few).Mean, paired.Mean);
        var same = PairedEvaluation.Run(model, Simulated.Shuffled(model, 5), Few).Mean;
        Assert.All(
            new[] { same.Accuracy, same.Ece, same.Nll, same.Brier },
            difference => Assert.Equal(new PairedDifference(0, new Interval(0, 0)), difference)
        );
        // the pairing is what tells: the interval is narrower than that of either model
        var alone = Evaluation.Run(model, Few).Sources["a"].Intervals!.Nll;
        var both = PairedEvaluation.Run(model, Model(1.01), Few).Sources[0].Nll.Interval;
        Assert.True(both.High - both.Low < .1 * (alone.High - alone.Low));
    }

    [Fact]
    public void Schemes_of_several_seeds_differ_by_the_mean_and_seeds_that_agree_change_nothing()
    {
        Prediction[] a = Model(3, 1),
            b = Model(3, 2),
            c = Model(0, 3),
            d = Model(1, 4);
        var both = PairedEvaluation.Run([a, b], [c, d]).Mean;
        PairedMetrics one = PairedEvaluation.Run(a, c).Mean,
            other = PairedEvaluation.Run(b, d).Mean;
        Assert.Equal((one.Nll.Difference + other.Nll.Difference) / 2, both.Nll.Difference, 12);
        Assert.Equal((one.Ece.Difference + other.Ece.Difference) / 2, both.Ece.Difference, 12);
        Assert.Equal((one.Accuracy.Difference + other.Accuracy.Difference) / 2, both.Accuracy.Difference, 12);
        // in whatever order, and twice the same seed is one
        Assert.Equal(both, PairedEvaluation.Run([b, a], [d, c]).Mean);
        var twice = PairedEvaluation.Run([a, a], [c, c]).Mean.Nll.Interval;
        Assert.Equal(one.Nll.Interval.Low, twice.Low, 12);
        Assert.Equal(one.Nll.Interval.High, twice.High, 12);
        Assert.Throws<ArgumentException>(() => PairedEvaluation.Run([a, b], [c]));
    }

    [Fact]
    public void Intervals_over_prompts_and_seeds_hold()
    {
        // a scheme better by .1, of which each seed is off by s.d. .3 and each prompt by 1
        const int prompts = 60,
            seeds = 3,
            simulations = 400;
        var set = new PairedSet([
            .. Enumerable.Range(0, 2 * prompts).Select(i => new Prediction("s", [1, 0], [1, 0], $"p{i / 2}", Line: i)),
        ]);
        var comparison = new PairedComparison(set);
        double[] zero = new double[set.Count];
        int holds = 0,
            strictHolds = 0,
            overPromptsAlone = 0;
        const double strict = 1 - .05 / 12;
        var strictComparison = new PairedComparison(set, strict);
        for (var simulation = 0; simulation < simulations; simulation++)
        {
            var random = new Random(simulation);
            double Normal() =>
                Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble());
            double[] ofPrompt = [.. Enumerable.Range(0, prompts).Select(_ => Normal())];
            double[][] runs =
            [
                .. Enumerable
                    .Range(0, seeds)
                    .Select(_ =>
                    {
                        var ofSeed = .3 * Normal();
                        return Enumerable
                            .Range(0, set.Count)
                            .Select(i => .1 + ofSeed + ofPrompt[i / 2] + .5 * Normal())
                            .ToArray();
                    }),
            ];
            bool Holds(Interval interval) => interval.Low <= .1 && .1 <= interval.High;
            if (Holds(comparison.Mean([zero, zero, zero], runs).Interval))
                holds++;
            if (Holds(strictComparison.Mean([zero, zero, zero], runs).Interval))
                strictHolds++;
            double[] mean = [.. Enumerable.Range(0, set.Count).Select(i => runs.Average(run => run[i]))];
            if (Holds(comparison.Mean(zero, mean).Interval))
                overPromptsAlone++;
        }
        // three standard errors of 400 are 3.3 % at .95 and 1 % at the other level; prompts alone hold .77
        Assert.InRange(holds / (double)simulations, .95 - .01, 1);
        Assert.InRange(strictHolds / (double)simulations, strict - .01, 1);
        Assert.True(overPromptsAlone < .85 * simulations, $"{overPromptsAlone}");
    }

    [Fact]
    public void Temperatures_count()
    {
        var model = Model(0);
        Prediction[] sharper = [.. model.Select(one => one with { Temperature = 3 })];
        var paired = PairedEvaluation.Run(model, sharper, Few).Mean;
        Assert.Equal((0.0, 1, 1), (paired.Accuracy.Difference, paired.Nll.Sign, paired.Ece.Sign));
    }

    [Fact]
    public void Other_comparisons_are_an_error_that_names_one()
    {
        Prediction[] one = [new("s", [1, 0], [1, 0], "p", "f", 1), new("s", [1, 0], [1, 1], "q", "f", 2)];
        void Refused(string expected, params Prediction[] other) =>
            Assert.Contains(expected, Assert.Throws<ConcordException>(() => PairedEvaluation.Run(one, other)).Message);
        Refused("f:3 is none of the comparisons", one[0], one[1] with { Line = 3 });
        Refused("f:1 has other scores than f:1", one[0] with { Scores = [0, 1] }, one[1]);
        Refused("predictions for 1 comparisons, the other for 2", one[0]);
        Refused("f:1 is none", one[0], one[0]);
        Refused("rewards[0] is NaN", one[0] with { Rewards = [double.NaN, 1] }, one[1]);
        Assert.Equal(1, PairedEvaluation.Run(one, one).Mean.Pairs);
        Assert.Contains(
            "no strict pair",
            Assert.Throws<ConcordException>(() => PairedEvaluation.Run([one[1]], [one[1]])).Message
        );
    }
}
