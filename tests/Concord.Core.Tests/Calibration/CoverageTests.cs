using Concord.Bench.Coverage;
using Concord.Calibration;
using Xunit;

namespace Concord.Tests.Calibration;

/// <summary>
/// The rule errs, and the intervals hold, as often as they say; in short. `Concord.Bench coverage` is the long form.
/// </summary>
public class CoverageTests
{
    private const int Simulations = 300;

    // Three standard errors of a share of 300 at 5 %, beyond the 3 to 7 % that are asked for.
    private const double Error = 3 * 0.0126;

    public static TheoryData<string> Designs() => [.. CoverageDesign.All.Select(design => design.Name)];

    private static CoverageDesign Design(string name) => CoverageDesign.All.First(design => design.Name == name);

    [Theory]
    [MemberData(nameof(Designs))]
    public void Calibrated_models_pass_and_intervals_hold(string name)
    {
        var design = Design(name);
        var truth = CoverageTruth.Of(design, 1);
        foreach (var prompts in new[] { 20, 60 })
        {
            var cell = CoverageCell.Run(design, truth, prompts, 1, Simulations, 1);
            Assert.InRange(cell.Rejections.Mean, 0.03 - Error + 0.0126, 0.07 + Error);
            foreach (var holds in new[] { cell.Accuracy, cell.Brier, cell.Nll, cell.Ece })
                Assert.InRange(holds.Mean, 0.93 - Error, 1);
            Assert.InRange(
                cell.Debiased.Mean,
                -0.004 - 3 * cell.Debiased.StandardError,
                0.004 + 3 * cell.Debiased.StandardError
            );
        }
        var few = CoverageCell.Run(design, truth, 10, 1, Simulations, 1);
        foreach (var holds in new[] { few.Accuracy, few.Brier, few.Nll })
            Assert.InRange(holds.Mean, 0.93 - Error, 1);
    }

    [Fact]
    public void An_over_confident_model_is_found_and_its_true_ece_held()
    {
        var design = CoverageDesign.All[0];
        var truth = CoverageTruth.Of(design, 0.5);
        var cell = CoverageCell.Run(design, truth, 200, 0.5, Simulations, 1);
        Assert.InRange(cell.Rejections.Mean, 0.88, 1); // the band alone: 63 %
        Assert.InRange(cell.Ece.Mean, 0.93 - Error, 1);
        Assert.InRange(cell.Debiased.Mean, -0.03, 0.005); // never above the truth
    }

    [Fact]
    public void Verdict_and_interval_say_the_same_in_every_line()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var m = Evaluation
                .Run(Simulated.Pairs(150, seed, 1.3, 0.6 + 0.01 * seed), new EvaluationOptions { Resamples = 200 })
                .Pooled;
            Assert.Equal(m.CalibrationTest.PValue < 0.05, m.CalibrationTest.Verdict != CalibrationVerdict.Noise);
            foreach (var scheme in new[] { "uniform10", "quantile10" })
                Assert.Equal(m.CalibrationTest.PValue < 0.05, m.Ece(scheme: scheme).Interval!.Low > 0);
            if (m.CalibrationTest.Verdict is CalibrationVerdict.Overconfident)
                Assert.True(m.Spiegelhalter.Z > 0);
            if (m.CalibrationTest.Verdict is CalibrationVerdict.Underconfident)
                Assert.True(m.Spiegelhalter.Z < 0);
        }
    }

    [Fact]
    public void All_right_and_sure_is_noise()
    {
        foreach (var perPrompt in new[] { 1, 4 })
        {
            var m = Evaluation
                .Run([
                    .. Enumerable
                        .Range(0, 200)
                        .Select(i => new Prediction("s", [15 + 0.001 * i, 0], [1, 0], $"p{i / perPrompt}")),
                ])
                .Pooled;
            Assert.Equal(CalibrationVerdict.Noise, m.CalibrationTest.Verdict);
            Assert.InRange(m.CalibrationTest.PValue!.Value, 0.9, 1);
        }
    }

    [Fact]
    public void What_cancels_in_z_is_found_by_ece_and_called_uneven()
    {
        // Too sure at differences of 1, not sure enough at 2, so that z sees nothing.
        var random = new Random(1);
        var all = Enumerable
            .Range(0, 20_000)
            .Select(i =>
            {
                var d = i % 2 == 0 ? 1.0 : 2.0;
                var p = 1 / (1 + Math.Exp(-d)) + (i % 2 == 0 ? -0.0659 : 0.04);
                return new Prediction("s", [d, 0], random.NextDouble() < p ? [1, 0] : [0, 1]);
            })
            .ToArray();
        var m = Evaluation.Run(all).Pooled;
        Assert.InRange(m.Spiegelhalter.PValue!.Value, 0.06, 1);
        Assert.Equal(CalibrationVerdict.Uneven, m.CalibrationTest.Verdict);
        Assert.True(m.Ece().Interval!.Low > 0.03);
    }
}
