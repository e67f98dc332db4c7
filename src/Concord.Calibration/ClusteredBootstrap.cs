using Concord.Foundation;

namespace Concord.Calibration;

/// <summary>
/// The bootstrap of pairs clustered by prompt: whole prompts are drawn with replacement, so that several pairs of one
/// prompt do not pass for independent evidence. Percentile intervals (Efron and Tibshirani 1993, ch. 13; Field and
/// Welsh 2007 for clusters). A quantile binning keeps the edges of the whole set.
/// </summary>
internal sealed class ClusteredBootstrap
{
    private const int Stream = 1;

    /// <summary>Accuracy with equal rewards 1/2, per resample.</summary>
    public required double[] AccuracyTiesHalf { get; init; }

    /// <summary>Accuracy with equal rewards wrong, per resample.</summary>
    public required double[] AccuracyTiesWrong { get; init; }

    /// <summary>Brier score per resample.</summary>
    public required double[] Brier { get; init; }

    /// <summary>Exact NLL per resample.</summary>
    public required double[] Nll { get; init; }

    /// <summary>ECE per binning of the cells and resample.</summary>
    public required double[][] Ece { get; init; }

    /// <summary>Runs it; null where there are fewer than two clusters, whose spread one could resample.</summary>
    public static ClusteredBootstrap? Run(PreferencePairs pairs, CalibrationCells cells, int resamples, int seed)
    {
        if (pairs.ClusterCount < 2 || resamples < 1)
            return null;
        var d = pairs.Differences;
        var gap = Array.ConvertAll(d, x => -Logistic.Sigmoid(-x)); // p - y at y = 1
        var brier = Array.ConvertAll(d, BrierScore.Term);
        var nll = Array.ConvertAll(d, x => Logistic.Softplus(-x));
        var result = new ClusteredBootstrap
        {
            AccuracyTiesHalf = new double[resamples],
            AccuracyTiesWrong = new double[resamples],
            Brier = new double[resamples],
            Nll = new double[resamples],
            Ece = [.. cells.Binnings.Select(_ => new double[resamples])],
        };
        var clusters = pairs.Clusters;
        Parallel.For(
            0,
            resamples,
            () => new Scratch(pairs.ClusterCount, cells),
            (draw, _, scratch) =>
            {
                var times = scratch.Times;
                Array.Clear(times);
                var random = SplitMix64.OfDraw(seed, Stream, draw);
                for (var c = 0; c < times.Length; c++)
                    times[random.Below(times.Length)]++;
                double total = 0,
                    right = 0,
                    equal = 0,
                    brierSum = 0,
                    nllSum = 0;
                for (var k = 0; k < cells.Count; k++)
                {
                    long weight = 0;
                    double gapSum = 0;
                    for (var i = cells.Starts[k]; i < cells.Starts[k + 1]; i++)
                    {
                        var w = times[clusters[i]];
                        weight += w;
                        gapSum += w * gap[i];
                        brierSum += w * brier[i];
                        nllSum += w * nll[i];
                    }
                    scratch.Weights[k] = weight;
                    scratch.Gaps[k] = gapSum;
                    total += weight;
                    if (cells.Signs[k] > 0)
                        right += weight;
                    else if (cells.Signs[k] == 0)
                        equal += weight;
                }
                result.AccuracyTiesHalf[draw] = (right + 0.5 * equal) / total;
                result.AccuracyTiesWrong[draw] = right / total;
                result.Brier[draw] = brierSum / total;
                result.Nll[draw] = nllSum / total;
                for (var b = 0; b < result.Ece.Length; b++)
                {
                    var bins = scratch.Bins.AsSpan(0, cells.Bins(b));
                    cells.Gaps(b, scratch.Weights, scratch.Gaps, bins);
                    result.Ece[b][draw] = cells.Ece(b, bins, total);
                }
                return scratch;
            },
            _ => { }
        );
        return result;
    }

    private sealed class Scratch(int clusters, CalibrationCells cells)
    {
        public int[] Times { get; } = new int[clusters];

        public double[] Weights { get; } = new double[cells.Count];

        public double[] Gaps { get; } = new double[cells.Count];

        public double[] Bins { get; } =
            new double[Enumerable.Range(0, cells.Binnings.Count).Select(cells.Bins).DefaultIfEmpty(0).Max()];
    }
}
