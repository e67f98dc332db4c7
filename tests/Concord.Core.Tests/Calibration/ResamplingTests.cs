using System.Diagnostics;
using Concord.Calibration;
using Xunit;

namespace Concord.Tests.Calibration;

public class ResamplingTests
{
    /// <summary>
    /// The table of noise floors of a simulation with rewards as models of 58 to 73 % accuracy have them.
    /// </summary>
    [Theory]
    [InlineData(160, 0.043, 0.063, 0.010, 0.102)]
    [InlineData(656, 0.020, 0.031, 0.006, 0.050)]
    [InlineData(957, 0.016, 0.027, 0.004, 0.042)]
    [InlineData(2352, 0.010, 0.018, 0.003, 0.028)]
    [InlineData(20000, 0.003, 0.006, 0.001, 0.010)]
    public void A_calibrated_model_shows_the_known_noise_floor(
        int pairs,
        double meanFrom,
        double meanTo,
        double from,
        double to
    )
    {
        foreach (var deviation in new[] { 0.5, 1.3 })
        {
            var band = Evaluation
                .Run(Simulated.Pairs(pairs, 11, deviation), new EvaluationOptions { Resamples = 400 })
                .Pooled.Ece()
                .Consistency!;
            Assert.InRange(band.Mean, meanFrom, meanTo);
            Assert.InRange(band.P05, from, band.Mean);
            Assert.InRange(band.P95, band.Mean, to);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_calibrated_models_ece_lies_in_its_band_as_often_as_it_says(bool ranked)
    {
        const int trials = 300;
        int above = 0,
            below = 0,
            tests = 0;
        double plain = 0,
            floor = 0,
            debiased = 0;
        for (var t = 0; t < trials; t++)
        {
            var data = ranked ? Simulated.Rankings(100, 4, 100 + t) : Simulated.Pairs(400, 100 + t);
            var m = Evaluation.Run(data, new EvaluationOptions { Resamples = 200, Bins = [10] }).Pooled;
            var entry = m.Ece();
            if (entry.Error.Ece > entry.Consistency!.P95)
                above++;
            if (entry.Error.Ece < entry.Consistency.P05)
                below++;
            if (!ranked && m.Spiegelhalter.PValue < 0.05)
                tests++;
            plain += entry.Error.Ece!.Value / trials;
            floor += entry.Consistency.Mean / trials;
            debiased += entry.DebiasedSigned!.Value / trials;
        }
        // 5 % of 300 with binomial noise.
        Assert.InRange(above, 5, 29);
        Assert.InRange(below, 5, 29);
        if (!ranked)
            Assert.InRange(tests, 5, 29);
        Assert.Equal(floor, plain, 0.003);
        Assert.InRange(plain, 0.02, 0.06);
        Assert.InRange(debiased, -0.004, 0.004); // the debiased estimate has no floor
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.2)]
    public void Debiasing_never_overstates_and_keeps_what_is_clear(double sharpness)
    {
        var many = Evaluation
            .Run(Simulated.Pairs(400_000, 5, 1.5, sharpness), new EvaluationOptions { Resamples = 50, Bins = [10] })
            .Pooled.Ece();
        var truth = many.Error.Ece!.Value;
        Assert.Equal(truth, many.Debiased!.Value, 1e-3);
        double mean = 0;
        for (var t = 0; t < 100; t++)
            mean +=
                Evaluation
                    .Run(
                        Simulated.Pairs(600, 900 + t, 1.5, sharpness),
                        new EvaluationOptions { Resamples = 100, Bins = [10] }
                    )
                    .Pooled.Ece()
                    .DebiasedSigned!.Value / 100;
        Assert.InRange(mean, 0.85 * truth, 1.03 * truth);
    }

    [Fact]
    public void An_over_confident_model_is_found_by_band_and_test()
    {
        var m = Evaluation.Run(Simulated.Pairs(2000, 4, 1.5, 0.4)).Pooled;
        Assert.True(m.Ece().Error.Ece > m.Ece().Consistency!.P95);
        Assert.True(m.Ece().Consistency!.PValue < 0.01);
        Assert.True(m.Spiegelhalter.Z > 4 && m.Spiegelhalter.PValue < 1e-4);
        Assert.True(m.MeanConfidence > m.AccuracyTiesHalf);
        Assert.True(Evaluation.Run(Simulated.Pairs(2000, 4, 1.5, 2)).Pooled.Spiegelhalter.Z < -4);
    }

    [Fact]
    public void The_normal_tail_is_exact()
    {
        foreach (
            var (z, p) in new[]
            {
                (0.0, 1.0),
                (1.0, 0.31731050786291415),
                (1.959963984540054, 0.05),
                (3.0, 0.0026997960632601866),
                (5.0, 5.733031437583869e-7),
                (10.0, 1.523970604832094e-23),
            }
        )
            Assert.Equal(1, NormalDistribution.TwoSidedTail(-z) / p, 1e-12);
        Assert.Equal(0, NormalDistribution.TwoSidedTail(double.PositiveInfinity));
        Assert.Equal(-0.6826894921370859, NormalDistribution.SignedCentralMass(-1), 1e-14);
    }

    [Fact]
    public void A_thousand_resamples_of_ten_thousand_pairs_take_about_a_second()
    {
        var data = Simulated.Pairs(10_000, 2);
        Evaluation.Run(Simulated.Pairs(100, 1));
        var watch = Stopwatch.StartNew();
        Evaluation.Run(data);
        Assert.True(watch.Elapsed.TotalSeconds < 5, $"{watch.Elapsed}"); // 0.2 s on two idle cores
    }
}
