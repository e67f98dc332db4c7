using Concord.Foundation;

namespace Concord.Calibration;

/// <summary>
/// Consistency resampling (Bröcker and Smith 2007): the labels are drawn anew from the model's own probabilities, which
/// makes it calibrated by construction, and the ECE of every draw is taken. Labels of one prompt are drawn together,
/// with the dependence that the data show (<see cref="LabelDependence"/>). Equal rewards are treated as the reading
/// says.
/// </summary>
internal sealed class ConsistencyResampling
{
    private const int Stream = 2;

    private readonly CalibrationCells cells;
    private readonly double[] weights;
    private readonly double[][] gaps;
    private readonly int pairs;

    private ConsistencyResampling(CalibrationCells cells, double[] weights, double[][] gaps, int pairs) =>
        (this.cells, this.weights, this.gaps, this.pairs) = (cells, weights, gaps, pairs);

    /// <summary>Runs it; null where there is no pair or no draw is wanted.</summary>
    public static ConsistencyResampling? Run(PreferencePairs pairs, CalibrationCells cells, int draws, int seed)
    {
        var count = pairs.Differences.Length;
        if (count == 0 || draws < 1)
            return null;
        var weights = new double[cells.Count];
        var promised = new double[cells.Count]; // Σ p
        var labels = new Label[count]; // prompt after prompt
        var cellOf = new int[count];
        for (var k = 0; k < cells.Count; k++)
        for (var i = cells.Starts[k]; i < cells.Starts[k + 1]; i++)
        {
            cellOf[i] = k;
            weights[k]++;
            promised[k] += Logistic.Sigmoid(pairs.Differences[i]);
        }
        var next = 0;
        for (var g = 0; g < pairs.ClusterCount; g++)
        {
            var members = pairs.ByPrompt.Members(g);
            foreach (var i in members)
                labels[next++] = new Label(
                    Logistic.Sigmoid(Math.Abs(pairs.Differences[i])),
                    cellOf[i],
                    pairs.Differences[i] < 0,
                    i == members[0],
                    members.Length == 1
                );
        }
        var shared = LabelDependence.Estimate(pairs);
        var gaps = new double[draws][];
        Parallel.For(
            0,
            draws,
            draw =>
            {
                var won = new int[cells.Count];
                var random = SplitMix64.OfDraw(seed, Stream, draw);
                double common = 0;
                foreach (ref readonly var label in labels.AsSpan())
                {
                    var number = random.NextUnit();
                    if (shared > 0 && !label.Alone)
                    {
                        if (label.First)
                        {
                            common = number;
                            number = random.NextUnit();
                        }
                        number = number < shared ? common : (number - shared) / (1 - shared);
                    }
                    if (number < label.Confidence != label.Reversed)
                        won[label.Cell]++;
                }
                var row = gaps[draw] = new double[cells.Count];
                for (var k = 0; k < row.Length; k++)
                    row[k] = promised[k] - won[k];
            }
        );
        return new ConsistencyResampling(cells, weights, gaps, count);
    }

    /// <summary>What calibrated models show in one binning.</summary>
    public ConsistencyDraws Of(int binning)
    {
        var bins = new double[gaps.Length][];
        var ece = new double[gaps.Length];
        for (var draw = 0; draw < gaps.Length; draw++)
        {
            bins[draw] = new double[cells.Bins(binning)];
            cells.Gaps(binning, weights, gaps[draw], bins[draw]);
            ece[draw] = cells.Ece(binning, bins[draw], pairs);
        }
        return new ConsistencyDraws(bins, ece);
    }

    // The model is right where a number in [0, 1) lies below its confidence; then the response is preferred that it
    // prefers, which is the other one where the difference is negative.
    private readonly record struct Label(double Confidence, int Cell, bool Reversed, bool First, bool Alone);
}
