using Concord.Foundation;

namespace Concord.Calibration;

/// <summary>
/// The sorted pairs cut into the few cells (runs) inside which every binning of every reading, and the sign of the
/// difference, is constant. A resample then only needs two numbers per cell, W = Σ w and D = Σ w (p - y), from which
/// the ECE of all binnings follows: a thousand resamples cost little more than a thousand passes over the pairs.
/// </summary>
internal sealed class CalibrationCells
{
    private readonly Layout[] layouts;

    /// <summary>Cell k holds the pairs Starts[k] .. Starts[k+1] - 1.</summary>
    public int[] Starts { get; }

    /// <summary>The sign of r_w - r_l in each cell.</summary>
    public int[] Signs { get; }

    public int Count => Signs.Length;

    /// <summary>Which binnings, in the order of the ECE indices.</summary>
    public IReadOnlyList<(CalibrationReading Reading, BinningScheme Scheme)> Binnings { get; }

    // The bin of a cell's pairs and, over all ordered pairs, of their other order.
    private sealed record Layout(CalibrationReading Reading, int Bins, int[] Bin, int[] Mirror);

    public CalibrationCells(
        double[] differences,
        IReadOnlyList<(CalibrationReading Reading, BinningScheme Scheme, IReadOnlyList<double> Edges)> binnings
    )
    {
        Binnings = [.. binnings.Select(b => (b.Reading, b.Scheme))];
        var assignments = binnings.Select(b => (b.Reading, b.Scheme.Bins, Edges: b.Edges.ToArray())).ToArray();
        var width = 2 * assignments.Length + 1;
        var last = new int[width];
        var current = new int[width];
        var starts = new List<int>();
        var rows = new List<int[]>();
        for (var i = 0; i < differences.Length; i++)
        {
            var d = differences[i];
            if (i > 0 && d == differences[i - 1])
                continue;
            double p = Logistic.Sigmoid(d),
                other = Logistic.Sigmoid(-d),
                confidence = Math.Max(p, 1 - p);
            for (var b = 0; b < assignments.Length; b++)
            {
                var all = assignments[b].Reading == CalibrationReading.AllOrderedPairs;
                current[2 * b] = BinningScheme.IndexOf(all ? p : confidence, assignments[b].Edges);
                current[2 * b + 1] = all ? BinningScheme.IndexOf(other, assignments[b].Edges) : 0;
            }
            current[^1] = Math.Sign(d);
            if (i > 0 && current.AsSpan().SequenceEqual(last))
                continue;
            starts.Add(i);
            rows.Add((int[])current.Clone());
            (last, current) = (current, last);
        }
        Starts = [.. starts, differences.Length];
        Signs = [.. rows.Select(row => row[^1])];
        layouts =
        [
            .. assignments.Select(
                (a, b) =>
                    new Layout(
                        a.Reading,
                        a.Bins,
                        [.. rows.Select(row => row[2 * b])],
                        [.. rows.Select(row => row[2 * b + 1])]
                    )
            ),
        ];
    }

    /// <summary>Bins of a binning.</summary>
    public int Bins(int binning) => layouts[binning].Bins;

    /// <summary>The gap Σ w (conf - acc) of every bin.</summary>
    /// <param name="binning">Index into <see cref="Binnings"/>.</param>
    /// <param name="weights">W of every cell.</param>
    /// <param name="gaps">D of every cell.</param>
    /// <param name="bins">Receives one gap per bin.</param>
    public void Gaps(int binning, ReadOnlySpan<double> weights, ReadOnlySpan<double> gaps, Span<double> bins)
    {
        var layout = layouts[binning];
        bins.Clear();
        switch (layout.Reading)
        {
            case CalibrationReading.AllOrderedPairs:
                for (var k = 0; k < gaps.Length; k++)
                {
                    bins[layout.Bin[k]] += gaps[k];
                    bins[layout.Mirror[k]] -= gaps[k];
                }
                break;
            default:
                // confidence 1/2 less outcome 1/2 or 0
                var tieGap = layout.Reading == CalibrationReading.PredictedWinner ? 0 : 0.5;
                for (var k = 0; k < gaps.Length; k++)
                    bins[layout.Bin[k]] += Signs[k] == 0 ? tieGap * weights[k] : Signs[k] * gaps[k];
                break;
        }
    }

    /// <summary>The bins where every pair's confidence is too large by the same.</summary>
    public GapPattern Pattern(int binning)
    {
        var weights = new double[Count];
        var gaps = new double[Count];
        double pairs = 0;
        for (var k = 0; k < Count; k++)
        {
            pairs += weights[k] = Starts[k + 1] - Starts[k];
            gaps[k] = Signs[k] * weights[k];
        }
        double[] equal = new double[Bins(binning)],
            slope = new double[Bins(binning)];
        Gaps(binning, weights, new double[Count], equal);
        Gaps(binning, weights, gaps, slope);
        for (var m = 0; m < slope.Length; m++)
            slope[m] -= equal[m];
        return new GapPattern(equal, slope, Total(binning, pairs));
    }

    /// <summary>ECE from the gaps of the bins and the number of pairs.</summary>
    public double Ece(int binning, ReadOnlySpan<double> bins, double pairs)
    {
        double total = 0;
        foreach (var gap in bins)
            total += Math.Abs(gap);
        return total / Total(binning, pairs);
    }

    private double Total(int binning, double pairs) =>
        layouts[binning].Reading == CalibrationReading.AllOrderedPairs ? 2 * pairs : pairs;
}
