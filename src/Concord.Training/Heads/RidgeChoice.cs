using Concord.Training.Losses;

namespace Concord.Training.Heads;

/// <summary>
/// The ridge of an exact head by cross-validation over prompts, along a grid from the largest down, each solution from
/// the one before, until the loss on the parts left out has long stopped falling. The ridge of the least loss is taken.
/// </summary>
/// <remarks>
/// Two other rules were tried on the real model before this one (docs/results/head-start.md). A single validation side
/// of a tenth, 58 comparisons, chose a ridge that ended far above a coin's loss. The largest ridge within one standard
/// error of the best was next to no head at all; by held-out loss it was not worse than this rule.
/// </remarks>
internal static class RidgeChoice
{
    /// <summary>Parts of the prompts, each left out once.</summary>
    private const int Parts = 5;

    /// <summary>So many ridges in a row that are no better end the path.</summary>
    private const int Patience = 6;

    /// <summary>
    /// The grid in units of <see cref="HeadProblem.Scale"/>, half a decade apart: from a head that is next to nothing
    /// to one that fits what it can.
    /// </summary>
    public static IReadOnlyList<double> Grid { get; } =
    [.. Enumerable.Range(0, 17).Select(k => Math.Pow(10, 1 - k / 2.0))];

    // the NLL of an evaluation knows neither margins nor smoothing
    private static readonly RankingLossSettings Plain = new() { UseComparisonMargins = false };

    /// <summary>Chooses.</summary>
    /// <param name="data">All comparisons.</param>
    /// <param name="problem">The problem of some of them.</param>
    /// <param name="cancellation">Looked at before every step.</param>
    /// <returns>The ridge, the mean over sources of its NLL on the parts left out, and how many were tried.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static (double Ridge, double Nll, int Tried) Of(
        HeadData data,
        Func<HeadData, HeadProblem> problem,
        CancellationToken cancellation = default
    )
    {
        var scale = problem(data).Scale() is > 0 and var some ? some : 1; // where all vectors are alike any will do
        var part = data.Parts(Parts);
        (HeadProblem Problem, HeadFeatures LeftOut, int[] Comparisons)[] folds =
        [
            .. Enumerable
                .Range(0, Parts)
                .Where(fold => part.Contains(fold) && part.Any(other => other != fold))
                .Select(fold =>
                {
                    var leftOut = data.Only(c => part[c] == fold);
                    return (
                        problem(data.Only(c => part[c] != fold)),
                        HeadFeatures.Of(leftOut.Pairs(Plain), leftOut.Hidden),
                        Enumerable.Range(0, part.Length).Where(c => part[c] == fold).ToArray()
                    );
                }),
        ];
        if (folds.Length == 0)
            throw new ConcordException(
                "All comparisons are about one prompt, so no ridge can be chosen by cross-validation: give "
                    + "`training.head_ridge`."
            );
        var heads = new double[]?[folds.Length];
        var losses = new List<double[]>();
        var best = 0;
        foreach (var unit in Grid)
        {
            var of = new double[data.Scores.Length];
            Array.Fill(of, double.NaN);
            for (var f = 0; f < folds.Length; f++)
            {
                heads[f] = NewtonHead.Solve(folds[f].Problem, unit * scale, heads[f], cancellation).Head;
                var lifted = folds[f].Problem.Features.Lift(heads[f]!);
                Score(folds[f].LeftOut, lifted, folds[f].Comparisons, of);
            }
            losses.Add(of);
            if (Mean(of, data) < Mean(losses[best], data))
                best = losses.Count - 1;
            else if (losses.Count - 1 - best >= Patience)
                break;
        }
        return (Grid[best] * scale, Mean(losses[best], data), losses.Count);
    }

    // NLL of each comparison, the mean over its pairs
    private static void Score(HeadFeatures features, double[] head, int[] comparisons, double[] of)
    {
        var (pairs, rewards) = (features.Pairs, features.Rewards(head));
        var counts = new int[comparisons.Length];
        for (var p = 0; p < pairs.Winners.Length; p++)
        {
            var c = pairs.Comparisons[p];
            var loss = Foundation.Logistic.Softplus(rewards[pairs.Losers[p]] - rewards[pairs.Winners[p]]);
            of[comparisons[c]] = (counts[c]++ == 0 ? 0 : of[comparisons[c]]) + loss;
        }
        for (var c = 0; c < comparisons.Length; c++)
            of[comparisons[c]] /= Math.Max(1, counts[c]);
    }

    // over the sources, as the best step is chosen
    private static double Mean(double[] of, HeadData data) =>
        Enumerable
            .Range(0, of.Length)
            .Where(c => !double.IsNaN(of[c]))
            .GroupBy(c => data.Sources[c])
            .Average(own => own.Average(c => of[c]));
}
