using Concord.Foundation;

namespace Concord.Calibration;

/// <summary>What a perfectly calibrated model with these rewards would show as ECE.</summary>
/// <param name="Mean">Its mean: the noise floor.</param>
/// <param name="P05">5 % lie below.</param>
/// <param name="P95">5 % lie above.</param>
/// <param name="PValue">How often it would show at least the measured ECE: (1 + count) / (1 + draws).</param>
public sealed record ConsistencyBand(double Mean, double P05, double P95, double PValue);

/// <summary>
/// Consistency resampling (Bröcker and Smith 2007): the labels are drawn anew from the model's own probabilities, which
/// makes it calibrated by construction, and the ECE of every draw is taken. A comparison of several responses is drawn
/// as a whole, by adding standard Gumbel noise to τ r (Plackett-Luce): every pair then has its probability sigmoid(τ
/// (r_i - r_j)), and pairs that share a response vary together, as real ones do. Equal rewards are treated as the
/// reading says.
/// </summary>
internal sealed class ConsistencyResampling
{
    private const int Stream = 2;

    private readonly double[][] ece;
    private readonly double[][] deviations;

    private ConsistencyResampling(double[][] ece, double[][] deviations) =>
        (this.ece, this.deviations) = (ece, deviations);

    /// <summary>Runs it; null where there is no pair or no draw is wanted.</summary>
    public static ConsistencyResampling? Run(PreferencePairs pairs, CalibrationCells cells, int draws, int seed)
    {
        if (pairs.Differences.Length == 0 || draws < 1)
            return null;
        var cellOf = new int[pairs.Differences.Length];
        var weights = new double[cells.Count];
        var promised = new double[cells.Count]; // Σ p
        for (var k = 0; k < cells.Count; k++)
        for (var i = cells.Starts[k]; i < cells.Starts[k + 1]; i++)
        {
            cellOf[i] = k;
            weights[k]++;
            promised[k] += Logistic.Sigmoid(pairs.Differences[i]);
        }
        var single = Array.ConvertAll(pairs.Single, i => (Logistic.Sigmoid(pairs.Differences[i]), cellOf[i]));
        var largest = pairs.Rankings.Count == 0 ? 0 : pairs.Rankings.Max(ranking => ranking.Utilities.Length);
        var gaps = new double[draws][];
        Parallel.For(
            0,
            draws,
            () => new double[largest],
            (draw, _, noisy) =>
            {
                var won = new int[cells.Count];
                var random = SplitMix64.OfDraw(seed, Stream, draw);
                foreach (var (p, cell) in single)
                    won[cell] += random.NextUnit() < p ? 1 : 0;
                foreach (var ranking in pairs.Rankings)
                {
                    for (var r = 0; r < ranking.Utilities.Length; r++)
                        noisy[r] = ranking.Utilities[r] + random.NextGumbel();
                    for (var i = 0; i < ranking.Positions.Length; i++)
                        if (noisy[ranking.Winners[i]] > noisy[ranking.Losers[i]])
                            won[cellOf[ranking.Positions[i]]]++;
                }
                var row = gaps[draw] = new double[cells.Count];
                for (var k = 0; k < row.Length; k++)
                    row[k] = promised[k] - won[k];
                return noisy;
            },
            _ => { }
        );
        return Collect(cells, weights, gaps, pairs.Differences.Length);
    }

    private static ConsistencyResampling Collect(CalibrationCells cells, double[] weights, double[][] gaps, int pairs)
    {
        var ece = new double[cells.Binnings.Count][];
        var deviations = new double[cells.Binnings.Count][];
        for (var b = 0; b < ece.Length; b++)
        {
            ece[b] = new double[gaps.Length];
            var bins = new double[cells.Bins(b)];
            var sum = new double[bins.Length];
            var squares = new double[bins.Length];
            for (var draw = 0; draw < gaps.Length; draw++)
            {
                cells.Gaps(b, weights, gaps[draw], bins);
                ece[b][draw] = cells.Ece(b, bins, pairs);
                for (var m = 0; m < bins.Length; m++)
                {
                    sum[m] += bins[m];
                    squares[m] += bins[m] * bins[m];
                }
            }
            deviations[b] = new double[bins.Length];
            for (var m = 0; m < bins.Length && gaps.Length > 1; m++)
                deviations[b][m] = Math.Sqrt(
                    Math.Max(0, (squares[m] - sum[m] * sum[m] / gaps.Length) / (gaps.Length - 1))
                );
        }
        return new ConsistencyResampling(ece, deviations);
    }

    /// <summary>The band of one binning beside the ECE that was measured.</summary>
    public ConsistencyBand Band(int binning, double measured)
    {
        var sorted = (double[])ece[binning].Clone();
        Array.Sort(sorted);
        // Both come from sums in different orders; a draw equal to the measurement must count as equal.
        var atLeast = sorted.Count(value => value >= measured - 1e-12);
        return new ConsistencyBand(
            sorted.Average(),
            Quantile.Of(sorted, 0.05),
            Quantile.Of(sorted, 0.95),
            (1.0 + atLeast) / (1.0 + sorted.Length)
        );
    }

    /// <summary>The standard deviation of each bin's gap Σ (conf - acc) under perfect calibration.</summary>
    public double[] Deviations(int binning) => deviations[binning];
}
