using Concord.Training.Losses;
using Xunit;

namespace Concord.Tests.Objectives;

public class RankingCurvatureTests
{
    /// <summary>Central differences of the gradient, in every form of the loss.</summary>
    [Theory]
    [InlineData(PairAveraging.PerPair, 0, 0, 0)]
    [InlineData(PairAveraging.PerComparison, .4, .1, 0)]
    [InlineData(PairAveraging.PerPair, .2, 0, .05)]
    public void It_is_the_derivative_of_the_gradient(
        PairAveraging averaging,
        double margin,
        double smoothing,
        double centering
    )
    {
        var settings = new RankingLossSettings
        {
            Averaging = averaging,
            Margin = margin,
            LabelSmoothing = smoothing,
            Centering = centering,
        };
        var pairs = RankingPairs.Create(
            [
                [2, 1, 1, 0],
                [0, 1],
                [1, 1],
                [3, 2, 1],
            ],
            [0, 1, 1, 0],
            2,
            settings,
            [null, 1.5, null, .2]
        );
        var random = new Random(5);
        double[] rewards = [.. Enumerable.Range(0, pairs.RowCount).Select(_ => 3 * random.NextDouble() - 1.5)],
            temperatures = [1.4, .6];
        var curvature = RankingCurvature.Of(pairs, rewards, temperatures);
        for (var column = 0; column < rewards.Length; column++)
        {
            var expected = Gradient(column, 1e-5).Zip(Gradient(column, -1e-5), (up, down) => (up - down) / 2e-5);
            Assert.All(expected.Zip(Column(column)), pair => Assert.Equal(pair.First, pair.Second, 1e-8));
        }

        double[] Gradient(int row, double step)
        {
            double[] moved = [.. rewards];
            moved[row] += step;
            return RankingLoss.Evaluate(pairs, moved, temperatures).RewardGradients;
        }

        double[] Column(int column)
        {
            var values = new double[rewards.Length];
            for (var p = 0; p < pairs.Winners.Length; p++)
            {
                var (winner, loser) = (pairs.Winners[p], pairs.Losers[p]);
                double apart = curvature.OfDifferences[p],
                    together = curvature.OfSums[p];
                if (column != winner && column != loser)
                    continue;
                var other = column == winner ? loser : winner;
                values[column] += together + apart;
                values[other] += together - apart;
            }
            return values;
        }
    }
}
