using Concord.Training.Heads;
using Concord.Training.Losses;

namespace Concord.Tests.Training;

/// <summary>Comparisons with hidden states drawn at random, and what plain loops make of them.</summary>
/// <param name="Scores">Scores of each comparison's responses.</param>
/// <param name="Sources">Source of each comparison.</param>
/// <param name="Margins">A margin of its own, or null.</param>
/// <param name="Hidden">Hidden states of each comparison's responses.</param>
/// <param name="Loss">The ranking loss.</param>
internal sealed record HeadProblems(
    double[][] Scores,
    int[] Sources,
    double?[] Margins,
    float[][][] Hidden,
    RankingLossSettings Loss
)
{
    public static readonly double[] Coefficients = [.5, .3, .2];

    /// <summary>Comparisons of two to four responses of three sources, ties among them.</summary>
    public static HeadProblems Draw(int comparisons, int width, int seed, RankingLossSettings? loss = null)
    {
        var random = new Random(seed);
        double Normal() =>
            Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var taste = Enumerable.Range(0, width).Select(_ => Normal()).ToArray();
        var hidden = Enumerable
            .Range(0, comparisons)
            .Select(c =>
                Enumerable
                    .Range(0, c % 3 == 0 ? 3 + c % 2 : 2)
                    .Select(_ => Enumerable.Range(0, width).Select(_ => (float)(2 * Normal())).ToArray())
                    .ToArray()
            )
            .ToArray();
        double[] Score(float[][] rows, int c) =>
            c % 11 == 5
                ? [.. rows.Select(_ => 1.0)]
                : [.. rows.Select(row => Math.Round(row.Zip(taste, (z, w) => z * w).Sum() / 2 + 2 * Normal()))];
        return new(
            [.. hidden.Select(Score)],
            [.. Enumerable.Range(0, comparisons).Select(c => c % 3)],
            [.. Enumerable.Range(0, comparisons).Select(c => c % 4 == 1 ? .3 : (double?)null)],
            hidden,
            loss ?? new RankingLossSettings()
        );
    }

    public HeadData Data() =>
        new(
            Scores,
            Sources,
            Margins,
            [.. Hidden.Select(rows => $"prompt {rows[0][0]}")],
            [.. Hidden.SelectMany(rows => rows.SelectMany(row => row))],
            3
        );

    public HeadProblem Problem(bool narrowed = true) => Problem(Data(), narrowed);

    public HeadProblem Problem(HeadData some, bool narrowed = true)
    {
        var features = HeadFeatures.Of(some.Pairs(Loss), some.Hidden);
        return new(narrowed ? features.Narrowed() : features, Coefficients);
    }

    /// <summary>The comparisons in another order.</summary>
    public HeadProblems Permuted(int seed)
    {
        var order = Enumerable.Range(0, Scores.Length).ToArray();
        new Random(seed).Shuffle(order);
        return this with
        {
            Scores = [.. order.Select(c => Scores[c])],
            Sources = [.. order.Select(c => Sources[c])],
            Margins = [.. order.Select(c => Margins[c])],
            Hidden = [.. order.Select(c => Hidden[c])],
        };
    }

    /// <summary>
    /// The gradient of loss and ridge at w, written from the formula of the loss, pair by pair, and nothing of
    /// Concord's.
    /// </summary>
    public double[] PlainGradient(double[] w, double ridge)
    {
        var gradient = w.Select(value => ridge * value).ToArray();
        var pairs = (
            from c in Enumerable.Range(0, Scores.Length)
            from i in Enumerable.Range(0, Scores[c].Length)
            from j in Enumerable.Range(0, Scores[c].Length)
            where Scores[c][i] > Scores[c][j]
            select (c, i, j)
        ).ToArray();
        var perComparison = pairs.CountBy(pair => pair.c).ToDictionary();
        var perSource = pairs.CountBy(pair => Sources[pair.c]).ToDictionary();
        var comparisonsOf = perComparison.Keys.CountBy(c => Sources[c]).ToDictionary();
        foreach (var (c, i, j) in pairs)
        {
            var source = Sources[c];
            var share =
                Loss.Averaging == PairAveraging.PerPair
                    ? 1.0 / perSource[source]
                    : 1.0 / comparisonsOf[source] / perComparison[c];
            double winner = Dot(w, Hidden[c][i]),
                loser = Dot(w, Hidden[c][j]);
            var x = winner - loser - (Margins[c] ?? Loss.Margin);
            var slope = Coefficients[source] * share * (Loss.LabelSmoothing - 1 / (1 + Math.Exp(x)));
            var centring = Coefficients[source] * share * 2 * Loss.Centering * (winner + loser);
            for (var k = 0; k < w.Length; k++)
                gradient[k] +=
                    slope * ((double)Hidden[c][i][k] - Hidden[c][j][k])
                    + centring * ((double)Hidden[c][i][k] + Hidden[c][j][k]);
        }
        return gradient;
    }

    private static double Dot(double[] w, float[] z) => w.Zip(z, (a, b) => a * b).Sum();
}
