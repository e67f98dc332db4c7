using Concord.Foundation;

namespace Concord.Calibration;

/// <summary>What <see cref="SpiegelhalterTest"/> is made of.</summary>
/// <param name="Sum">Σ u.</param>
/// <param name="Variance">V, its variance for a calibrated model.</param>
/// <param name="DegreesOfFreedom">ν of its estimate; infinite where the model alone gives it.</param>
/// <param name="LargestWeight">The largest |1 - 2p|.</param>
internal sealed record SpiegelhalterSums(double Sum, double Variance, double DegreesOfFreedom, double LargestWeight)
{
    /// <inheritdoc cref="SpiegelhalterTest.OfDifferences"/>
    public static SpiegelhalterSums Of(IReadOnlyList<double> differences, IReadOnlyList<int> clusters, int clusterCount)
    {
        var sum = new CompensatedSum();
        var promised = new CompensatedSum();
        double[] sums = new double[clusterCount],
            squares = new double[clusterCount],
            scales = new double[clusterCount],
            scaleSquares = new double[clusterCount];
        double largest = 0;
        for (var i = 0; i < differences.Count; i++)
        {
            double p = Logistic.Sigmoid(differences[i]),
                q = Logistic.Sigmoid(-differences[i]);
            double term = q * (q - p), // (y - p)(1 - 2p) at y = 1
                variance = (q - p) * (q - p) * p * q,
                scale = Math.Sqrt(variance);
            sum.Add(term);
            promised.Add(variance);
            var g = clusters[i];
            sums[g] += term;
            squares[g] += term * term;
            scales[g] += scale;
            scaleSquares[g] += variance;
            largest = Math.Max(largest, Math.Abs(q - p));
        }
        double shared = 0,
            expected = 0,
            promises = 0,
            promiseSquares = 0;
        for (var g = 0; g < clusterCount; g++)
        {
            shared += sums[g] * sums[g] - squares[g];
            expected += scales[g] * scales[g] - scaleSquares[g];
            promises += scaleSquares[g];
            promiseSquares += scaleSquares[g] * scaleSquares[g];
        }
        var correlation = expected > 0 ? shared / expected : 0;
        double spread = 0;
        for (var g = 0; g < clusterCount; g++)
        {
            var rest = sums[g] * sums[g] - squares[g] - correlation * (scales[g] * scales[g] - scaleSquares[g]);
            spread += rest * rest;
        }
        var effective = promiseSquares > 0 ? promises * promises / promiseSquares : 1;
        var total = promised.Value + Math.Max(0, shared);
        // Rounding leaves a trace of a spread where prompts have one pair each.
        var noise = 1e-20 * total * total;
        return new SpiegelhalterSums(
            sum.Value,
            total,
            spread > noise && clusterCount > 1
                ? Math.Max(2 * total * total / spread, effective - 1)
                : double.PositiveInfinity,
            largest
        );
    }

    /// <summary>
    /// A bound of the true ECE: |E Σ u| ≤ N max|1 - 2p| ECE, where the interval of E Σ u does not hold 0; else 0.
    /// </summary>
    /// <param name="pairs">N.</param>
    /// <param name="tail">How often the interval may fail, both sides together.</param>
    public double LowerBoundOfEce(int pairs, double tail) =>
        LargestWeight > 0
            ? Math.Max(0, Math.Abs(Sum) - StudentDistribution.Critical(tail, DegreesOfFreedom) * Math.Sqrt(Variance))
                / (pairs * LargestWeight)
            : 0;

    /// <summary>The test.</summary>
    public SpiegelhalterTest Test()
    {
        if (Variance == 0 && Sum == 0)
            return new SpiegelhalterTest(null, null, null);
        var z = Sum / Math.Sqrt(Variance);
        return new SpiegelhalterTest(
            z,
            double.IsFinite(DegreesOfFreedom) ? DegreesOfFreedom : null,
            StudentDistribution.TwoSidedTail(z, DegreesOfFreedom)
        );
    }
}
