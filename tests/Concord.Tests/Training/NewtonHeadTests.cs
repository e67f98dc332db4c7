using Concord.Training.Heads;
using Concord.Training.Losses;
using Xunit;

namespace Concord.Tests.Training;

/// <summary>The exact head against a plain gradient descent, its laws, and its limits.</summary>
public class NewtonHeadTests
{
    private static readonly RankingLossSettings Other = new()
    {
        Averaging = PairAveraging.PerComparison,
        Margin = .2,
        LabelSmoothing = .1,
    };

    private static double[] Solve(HeadProblem problem, double ridge)
    {
        var solution = NewtonHead.Solve(problem, ridge);
        Assert.True(solution.IsSolved, $"the gradient is {solution.GradientNorm}");
        return problem.Features.Lift(solution.Head);
    }

    private static double Norm(IEnumerable<double> values) => Math.Sqrt(values.Sum(value => value * value));

    private static void Near(double[] expected, double[] actual, double tolerance) =>
        Assert.True(
            Norm(expected.Zip(actual, (a, b) => a - b)) <= tolerance * Math.Max(Norm(expected), 1e-300),
            $"{Norm(expected.Zip(actual, (a, b) => a - b))} of {Norm(expected)}"
        );

    /// <summary>More pairs than hidden units, and fewer: the step is in the units then, and in the pairs.</summary>
    [Theory]
    [InlineData(60, 6)]
    [InlineData(9, 40)]
    public void The_plain_gradient_is_zero_at_the_solution(int comparisons, int width)
    {
        foreach (var loss in new[] { new(), Other, Other with { Centering = .02 } })
        foreach (var ridge in new[] { 1e-3, .05, 2 })
        {
            var data = HeadProblems.Draw(comparisons, width, 3, loss);
            var head = Solve(data.Problem(), ridge);
            var unit = Norm(data.PlainGradient(new double[width], ridge));
            Assert.InRange(Norm(data.PlainGradient(head, ridge)) / unit, 0, 1e-8);
        }
    }

    [Fact]
    public void It_is_where_a_plain_gradient_descent_arrives()
    {
        var data = HeadProblems.Draw(30, 5, 7, Other);
        const double ridge = .1;
        var head = new double[5];
        for (var step = 0; step < 20_000; step++)
            head = [.. head.Zip(data.PlainGradient(head, ridge), (w, g) => w - .1 * g)];
        Near(head, Solve(data.Problem(), ridge), 1e-8);
    }

    [Fact]
    public void Fewer_vectors_than_units_give_the_same_head_in_their_span()
    {
        var data = HeadProblems.Draw(9, 40, 11);
        Near(Solve(data.Problem(narrowed: false), .05), Solve(data.Problem(), .05), 1e-8);
    }

    [Theory]
    [InlineData(60, 6)]
    [InlineData(9, 40)]
    public void The_order_of_comparisons_changes_nothing_but_rounding(int comparisons, int width)
    {
        var data = HeadProblems.Draw(comparisons, width, 5);
        var head = Solve(data.Problem(), .02);
        foreach (var seed in Enumerable.Range(0, 3))
            Near(head, Solve(data.Permuted(seed).Problem(), .02), 1e-9);
    }

    [Fact]
    public void A_huge_ridge_gives_a_head_of_zero()
    {
        var data = HeadProblems.Draw(40, 6, 5);
        foreach (var ridge in new[] { 1e3, 1e6, 1e12 })
            Assert.InRange(
                Norm(Solve(data.Problem(), ridge)) * ridge / Norm(data.PlainGradient(new double[6], 0)),
                .5,
                2
            );
    }

    [Fact]
    public void Separable_pairs_under_a_tiny_ridge_give_a_finite_head_that_says_so()
    {
        var data = HeadProblems.Draw(9, 40, 2);
        var solution = NewtonHead.Solve(data.Problem(), 1e-12);
        Assert.True(solution is { IsSolved: true, Separates: true });
        Assert.All(solution.Head, value => Assert.True(double.IsFinite(value)));
        Assert.False(NewtonHead.Solve(HeadProblems.Draw(80, 4, 2).Problem(), 1e-12).Separates);
    }

    /// <summary>Labels that hidden states decide want a small ridge, labels tossed with a coin a large one.</summary>
    [Fact]
    public void Cross_validation_takes_a_small_ridge_for_signal_and_a_large_one_for_noise()
    {
        var data = HeadProblems.Draw(150, 6, 13);
        var random = new Random(4);
        var tossed = data with
        {
            Scores = [.. data.Scores.Select(of => of.Select(_ => (double)random.Next(9)).ToArray())],
        };
        var (ridge, nll, _) = RidgeChoice.Of(data.Data(), some => data.Problem(some));
        var (large, coin, _) = RidgeChoice.Of(tossed.Data(), some => tossed.Problem(some));
        Assert.InRange(nll, .1, .6);
        Assert.InRange(coin, .68, .7);
        Assert.True(ridge < large / 10, $"{ridge} for signal, {large} for noise");
    }

    [Fact]
    public void The_ridge_does_not_depend_on_the_order_of_comparisons()
    {
        var data = HeadProblems.Draw(60, 6, 5);
        var expected = RidgeChoice.Of(data.Data(), some => data.Problem(some));
        var permuted = data.Permuted(3);
        var actual = RidgeChoice.Of(permuted.Data(), some => permuted.Problem(some));
        Assert.Equal(expected.Ridge, actual.Ridge, 1e-9 * expected.Ridge);
        Assert.Equal(expected.Nll, actual.Nll, 1e-9);
    }

    [Fact]
    public void Vectors_that_are_all_alike_give_a_head_of_zero()
    {
        var data = HeadProblems.Draw(12, 4, 1);
        var alike = data with { Hidden = [.. data.Hidden.Select(rows => rows.Select(_ => rows[0]).ToArray())] };
        Assert.All(Solve(alike.Problem(), .1), value => Assert.Equal(0, value));
    }
}
