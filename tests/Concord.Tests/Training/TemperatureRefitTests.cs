using Concord.Calibration;
using Concord.Foundation;
using Concord.Training.Temperatures;
using Xunit;

namespace Concord.Tests.Training;

/// <summary>Temperatures fitted to comparisons set aside when a model is done.</summary>
public class TemperatureRefitTests
{
    private static readonly string[] Names = ["a", "b"];

    // labels that follow sigmoid(τ (r_w - r_l)), the same differences for every source
    private static List<Prediction> Labelled(string source, double tau, int count)
    {
        var random = new Random(7);
        var predictions = new List<Prediction>();
        for (var i = 0; i < count; i++)
        {
            var difference = 4 * random.NextDouble() - 2;
            var wins = random.NextDouble() < Logistic.Sigmoid(tau * difference);
            predictions.Add(new(source, [difference, 0], wins ? [1, 0] : [0, 1]));
        }
        return predictions;
    }

    [Theory]
    [InlineData(.25)]
    [InlineData(1)]
    [InlineData(4)]
    public void The_temperature_of_the_labels_is_found(double tau)
    {
        var fitted = TemperatureRefit.Fit(Names, [1, 1], [.. Labelled("a", tau, 20_000)], 10);
        Assert.Equal(Math.Log(tau), Math.Log(fitted[0]), .15); // three standard errors at the smallest
        Assert.Equal(1, fitted[1]); // it has none: what was learned
    }

    [Fact]
    public void The_derivative_is_zero_there()
    {
        var predictions = Labelled("a", 2, 300);
        var log = Math.Log(TemperatureRefit.Fit(["a"], [1.5], predictions, .5)[0]);
        double Loss(double at) =>
            (at - Math.Log(1.5)) * (at - Math.Log(1.5)) / (2 * .25)
            + predictions.Sum(one =>
                Logistic.Softplus(
                    -Math.Exp(at) * (one.Rewards[0] - one.Rewards[1]) * Math.Sign(one.Scores[0] - one.Scores[1])
                )
            );
        Assert.Equal(0, (Loss(log + 1e-4) - Loss(log - 1e-4)) / 2e-4, 1e-4);
    }

    [Fact]
    public void The_prior_holds_where_there_is_little_and_a_ranking_counts_once()
    {
        // one comparison, always right: without a prior τ would run away
        List<Prediction> one = [new("a", [3, 0], [1, 0])];
        Assert.InRange(TemperatureRefit.Fit(["a"], [1], one, .5)[0], 1, 1.1);
        Assert.InRange(TemperatureRefit.Fit(["a"], [2], one, 1e-6)[0], 1.9999, 2.0001);
        // three responses with equal distances hold three pairs of one comparison
        List<Prediction> ranking = [new("a", [1, 1, 0], [1, 1, 0])],
            pair = [new("a", [1, 0], [1, 0])];
        Assert.Equal(
            TemperatureRefit.Fit(["a"], [1], pair, .5)[0],
            TemperatureRefit.Fit(["a"], [1], ranking, .5)[0],
            1e-6
        );
        // ties and labels against every reward end somewhere finite
        List<Prediction> tied = [new("a", [1, 0], [1, 1])];
        Assert.Equal(1.3, TemperatureRefit.Fit(["a"], [1.3], tied, .5)[0], 1e-12);
        Assert.InRange(
            TemperatureRefit.Fit(["a"], [1], [.. Enumerable.Repeat(new Prediction("a", [9, 0], [0, 1]), 200)], .5)[0],
            1e-3,
            .1
        );
    }
}
