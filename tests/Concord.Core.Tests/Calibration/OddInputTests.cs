using System.Text.Json;
using Concord.Calibration;
using Xunit;

namespace Concord.Tests.Calibration;

public class OddInputTests
{
    [Fact]
    public void Nothing_one_comparison_or_ties_alone_are_valid()
    {
        foreach (
            var predictions in new Prediction[][]
            {
                [],
                [new("s", [1], [1])],
                [new("s", [1, 2], [3, 3]), new("t", [0, 0], [1, 1])],
            }
        )
        {
            var m = Evaluation.Run(predictions).Pooled;
            Assert.Equal((0, null, null, null), (m.Pairs, m.AccuracyTiesHalf, m.Nll, m.Intervals));
            Assert.Equal(new int[10], m.Ece().Error.Counts);
            Assert.Null(m.Ece().Error.Ece);
            MustRender(predictions);
        }
        var one = Evaluation.Run([new Prediction("s", [2, 0], [1, 0])]).Pooled;
        Assert.Equal((1, 1.0, 1), (one.Pairs, one.AccuracyTiesHalf, one.Clusters));
        Assert.Null(one.Intervals); // one cluster has no spread
        Assert.Equal((null, null, null), (one.Ece().Consistency, one.Ece().Interval, one.Ece().Debiased));
        Assert.Equal("1 prompt: too few to test", one.CalibrationTest.Reason);
        MustRender([new Prediction("s", [2, 0], [1, 0])]);
    }

    [Fact]
    public void Extreme_rewards_give_finite_losses_and_valid_json()
    {
        Prediction[] all =
        [
            new("s", [1e308, -1e308], [1, 0]),
            new("s", [-1e308, 1e308], [1, 0]),
            new("s", [1000, -1000], [0, 1]),
            new("s", [1e-320, 0], [1, 0]),
        ];
        var m = Evaluation.Run(all).Pooled;
        Assert.Equal(double.PositiveInfinity, m.Nll);
        Assert.InRange(m.NllClipped!.Value, 0, 37);
        Assert.Equal(0.5, m.AccuracyTiesHalf);
        MustRender(all);
        var sure = Evaluation.Run([.. Enumerable.Repeat(new Prediction("s", [1000, 0], [0, 1]), 20)]).Pooled;
        Assert.Equal(1000.0, sure.Nll);
        Assert.Equal(double.PositiveInfinity, sure.Spiegelhalter.Z);
        Assert.Equal(CalibrationVerdict.Overconfident, sure.CalibrationTest.Verdict);
        var even = Evaluation.Run([.. Enumerable.Repeat(new Prediction("s", [0, 0], [0, 1]), 20)]).Pooled;
        Assert.Null(even.Spiegelhalter.Z);
        Assert.Equal(CalibrationVerdict.Noise, even.CalibrationTest.Verdict);
    }

    [Fact]
    public void Neither_not_a_number_nor_an_infinite_mean_is_shown()
    {
        Prediction[] all =
        [
            .. Enumerable.Range(0, 30).Select(_ => new Prediction("s", [1e308, 0], [1, 0])),
            .. Enumerable.Range(0, 30).Select(i => new Prediction("t", [1e308, -1e308], [i % 2, 1 - i % 2])),
        ];
        var report = Evaluation.Run(all);
        Assert.Equal(1e308, report.Sources["s"].Drift.Mean!.Value, 1e294);
        Assert.DoesNotContain("NaN", EvaluationFile.Text(report), StringComparison.Ordinal);
        var lines = EvaluationReportText.Lines(report);
        Assert.DoesNotContain(lines, line => line.Contains("NaN", StringComparison.Ordinal));
        var drift = lines.SkipWhile(line => !line.StartsWith("Reward differences", StringComparison.Ordinal));
        Assert.DoesNotContain(drift, line => line.Contains("inf", StringComparison.Ordinal));
        var paired = PairedEvaluation.Run(all, all).Mean;
        Assert.All(
            new[] { paired.Accuracy, paired.Ece, paired.Nll, paired.Brier },
            difference => Assert.Equal((0, false), (difference.Difference, double.IsNaN(difference.Interval.Low)))
        );
    }

    [Fact]
    public void What_is_not_finite_names_file_and_line()
    {
        foreach (var bad in new[] { double.NaN, double.PositiveInfinity })
        {
            var message = Assert
                .Throws<ConcordException>(() =>
                    Evaluation.Run([new Prediction("s", [1, bad], [1, 0], File: "f.jsonl", Line: 7)])
                )
                .Message;
            Assert.StartsWith("f.jsonl:7: rewards[1] is ", message);
            Assert.Throws<ConcordException>(() => Evaluation.Run([new Prediction("s", [1, 2], [1, bad])]));
        }
        Assert.Throws<ConcordException>(() =>
            Evaluation.Run([], new EvaluationOptions { Temperatures = new Dictionary<string, double> { ["s"] = 0 } })
        );
        Assert.Throws<ConcordException>(() => Evaluation.Run([], new EvaluationOptions { Bins = [0] }));
    }

    [Fact]
    public void Metrics_refuse_what_is_no_probability()
    {
        Assert.Throws<ArgumentException>(() => BrierScore.OfProbabilities([1.5], [1]));
        Assert.Throws<ArgumentException>(() =>
            ExpectedCalibrationError.Compute([double.NaN], [1], new BinningScheme(BinningStrategy.Uniform, 5))
        );
        Assert.Throws<ArgumentException>(() => NegativeLogLikelihood.ClippedOfProbabilities([0.5], [1, 0]));
    }

    [Fact]
    public void Lines_fit_eighty_columns_whatever_the_names_and_numbers()
    {
        var name = "a source with a name of more than thirty characters";
        MustRender([
            .. Simulated.Pairs(300, 1, 5000, source: name),
            .. Simulated.Pairs(300, 2, source: "b"),
            new(name, [0, 1], [1, 0]) { Temperature = 0.25 },
        ]);
    }

    private static void MustRender(IReadOnlyList<Prediction> predictions)
    {
        foreach (var resamples in new[] { 0, 50 })
        {
            var report = Evaluation.Run(predictions, new EvaluationOptions { Resamples = resamples });
            Assert.All(
                EvaluationReportText.Lines(report),
                line => Assert.InRange(line.Length, 0, EvaluationReportText.Width)
            );
            using var json = JsonDocument.Parse(EvaluationFile.Text(report));
            foreach (var reading in CalibrationReadings.All)
                Assert.Equal(
                    6,
                    json.RootElement.GetProperty("pooled").GetProperty(reading.Name()).EnumerateObject().Count()
                );
        }
    }
}
