using Concord.Calibration;
using Concord.Foundation;
using Xunit;

namespace Concord.Tests.Calibration;

public class SmallSampleTests
{
    [Fact]
    public void Three_of_three_right_is_no_certainty()
    {
        var m = Evaluation.Run([.. Enumerable.Repeat(new Prediction("s", [1, 0], [1, 0]), 3)]).Pooled;
        // mid-p: half of p^3 is 2.5 % at p = .05^(1/3); Clopper and Pearson without it: .292
        Assert.Equal(Math.Pow(0.05, 1.0 / 3), m.Intervals!.AccuracyTiesHalf.Low, 1e-9);
        Assert.Equal(1, m.Intervals.AccuracyTiesHalf.High);
        Assert.Equal("3 prompts: too few to test", m.CalibrationTest.Reason);
        Assert.Contains(
            EvaluationReportText.Lines(Evaluation.Run([.. Enumerable.Repeat(new Prediction("s", [1, 0], [1, 0]), 3)])),
            line => line == "s: 3 prompts: too few to test"
        );
    }

    [Fact]
    public void Pairs_of_one_prompt_are_worth_one_where_they_never_differ()
    {
        Prediction[] Sixfold(int prompts) =>
            [
                .. Enumerable
                    .Range(0, 6 * prompts)
                    .Select(i => new Prediction("s", [1, 0], i / 6 % 3 == 0 ? [0, 1] : [1, 0], $"p{i / 6}")),
            ];
        var six = Evaluation.Run(Sixfold(30)).Pooled.Intervals!.AccuracyTiesHalf;
        var one = Evaluation.Run([.. Sixfold(30).Where((_, i) => i % 6 == 0)]).Pooled.Intervals!.AccuracyTiesHalf;
        Assert.Equal(one.Low, six.Low, 0.015);
        Assert.Equal(one.High, six.High, 0.015);
    }

    [Fact]
    public void The_standard_error_is_that_of_leaving_prompts_out()
    {
        var pairs = PreferencePairs.Of(Simulated.Pairs(60, 3, perPrompt: 4), _ => 1);
        var losses = Array.ConvertAll(pairs.Differences, d => Logistic.Softplus(-d));
        var mean = PromptMean.Of(losses, pairs.ByPrompt, losses.Average());
        var squares = Enumerable
            .Range(0, pairs.ClusterCount)
            .Sum(g => Math.Pow(losses.Where((_, i) => pairs.Clusters[i] != g).Average() - losses.Average(), 2));
        Assert.Equal(Math.Sqrt(squares), mean.StandardError!.Value, 1e-12);
        Assert.Equal(15, mean.EffectivePrompts, 1e-12);
    }

    [Fact]
    public void With_one_pair_a_prompt_z_is_spiegelhalters_own()
    {
        var random = new Random(4);
        var d = Enumerable.Range(0, 50).Select(_ => 4 * random.NextDouble() - 2).ToArray();
        double sum = 0,
            variance = 0;
        foreach (var one in d)
        {
            var p = Logistic.Sigmoid(one);
            sum += (1 - p) * (1 - 2 * p);
            variance += (1 - 2 * p) * (1 - 2 * p) * p * (1 - p);
        }
        var test = SpiegelhalterTest.OfDifferences(d, [.. Enumerable.Range(0, 50)], 50);
        Assert.Equal(sum / Math.Sqrt(variance), test.Z!.Value, 1e-12);
        Assert.Null(test.DegreesOfFreedom);
        // each pair five times in its prompt: the sum is five times as large, its standard deviation about as well
        var five = SpiegelhalterTest.OfDifferences(
            [.. d.SelectMany(one => Enumerable.Repeat(one, 5))],
            [.. Enumerable.Range(0, 250).Select(i => i / 5)],
            50
        );
        Assert.InRange(five.Z!.Value / test.Z.Value, 0.5, 2);
        Assert.NotNull(five.DegreesOfFreedom);
    }

    [Fact]
    public void Students_t_and_beta_are_those_of_tables()
    {
        foreach (
            var (t, degrees) in new[]
            {
                (12.706204736432095, 1.0),
                (4.302652729911275, 2),
                (2.262157162740992, 9),
                (1.983971518523553, 100),
                (1.959963984540054, double.PositiveInfinity),
            }
        )
        {
            Assert.Equal(0.05, StudentDistribution.TwoSidedTail(-t, degrees), 1e-10);
            Assert.Equal(t, StudentDistribution.Critical(0.05, degrees), 1e-8);
        }
        Assert.Equal(0.5248, BetaDistribution.Cumulative(0.4, 2, 3), 1e-12); // 1 - Σ of binomials
        Assert.Equal(0, BetaDistribution.Cumulative(0, 2, 3));
        Assert.Equal(1, BetaDistribution.Cumulative(1, 2, 3));
    }

    [Fact]
    public void Holm_marks_what_holds_for_all_at_once()
    {
        Assert.Equal([0.03, 0.06, 0.06], HolmAdjustment.Of([0.01, 0.04, 0.03]));
        Assert.Empty(HolmAdjustment.Of([]));
        var report = Evaluation.Run([
            .. Simulated.Pairs(300, 1, 1.5, 0.3, source: "bad"),
            .. Simulated.Pairs(300, 2, source: "good"),
            .. Simulated.Pairs(9, 3, source: "few"),
        ]);
        Assert.Equal(
            2 * report.Sources["bad"].CalibrationTest.PValue,
            report.Sources["bad"].CalibrationTest.PValueHolm
        );
        Assert.Null(report.Pooled.CalibrationTest.PValueHolm);
        Assert.Null(report.Sources["few"].CalibrationTest.PValueHolm);
        var lines = EvaluationReportText.Lines(report);
        Assert.Contains(
            lines,
            line => line.StartsWith("bad", StringComparison.Ordinal) && line.EndsWith("over*", StringComparison.Ordinal)
        );
        Assert.Contains(
            lines,
            line => line.StartsWith("2 sources tested at 5 %: about 0.1 found by", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void The_longest_says_of_how_many_pairs()
    {
        var lines = EvaluationReportText.Lines(
            Evaluation.Run([new("s", [0, 1], [1, 0], Lengths: [9, 3]), new("s", [0, 1], [1, 0])])
        );
        Assert.Contains("s: longest and shortest of the 1 pairs of known length", lines);
    }

    [Fact]
    public void A_paired_difference_of_few_prompts_is_not_taken_for_certain()
    {
        Prediction[] first = [.. Enumerable.Range(0, 8).Select(i => new Prediction("s", [1, 0], [1, 0], $"p{i}"))];
        Prediction[] second = [.. first.Select(one => one with { Rewards = [1.1, 0] })];
        var accuracy = PairedEvaluation.Run(first, second).Mean.Accuracy;
        Assert.Equal(0, accuracy.Difference);
        Assert.InRange(accuracy.Interval.High, 0.1, 0.4);
        var one = PairedEvaluation.Run([first[0]], [second[0]]).Mean.Nll;
        Assert.Equal((0, double.PositiveInfinity), (one.Sign, one.Interval.High));
    }
}
