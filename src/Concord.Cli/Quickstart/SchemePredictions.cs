using Concord.Calibration;
using Concord.Foundation;

namespace Concord.Cli.Quickstart;

/// <summary>
/// What one scheme says of the held-out pairs, beside their labels and the true probabilities; one entry a pair, the
/// preferred response first.
/// </summary>
internal sealed class SchemePredictions
{
    /// <summary>Predictions of a scheme.</summary>
    /// <param name="name">The scheme's name.</param>
    /// <param name="differences">τ (r_w - r_l) of each pair.</param>
    public SchemePredictions(string name, double[] differences) => (Name, Differences) = (name, differences);

    /// <summary>The scheme's name.</summary>
    public string Name { get; }

    /// <summary>τ (r_w - r_l) of each pair.</summary>
    public double[] Differences { get; }

    /// <summary>τ by source; empty where none was learned.</summary>
    public Dictionary<string, double> Temperatures { get; init; } = [];

    /// <summary>λ by source, averaged over the steps; empty where it is always 1/K.</summary>
    public Dictionary<string, double> Weights { get; init; } = [];

    /// <summary>Largest less smallest λ of a step, averaged over the steps.</summary>
    public double WeightSpread { get; init; }

    /// <summary>The probability given to the preferred response of a pair.</summary>
    public double Probability(int pair) => Logistic.Sigmoid(Differences[pair]);

    /// <summary>Share of pairs with the preferred response ahead; equal rewards count 1/2.</summary>
    public double Accuracy(IEnumerable<int> pairs) =>
        pairs.Average(pair =>
            Differences[pair] > 0 ? 1
            : Differences[pair] < 0 ? 0
            : .5
        );

    /// <summary>ECE over all ordered pairs, 10 uniform bins.</summary>
    public double CalibrationError(IEnumerable<int> pairs)
    {
        var (probabilities, labels) = AllOrderedPairs.OfDifferences([.. pairs.Select(pair => Differences[pair])]);
        return ExpectedCalibrationError.Compute(probabilities, labels, BinningScheme.Headline).Ece ?? 0;
    }

    /// <summary>The distance to the true probability of each pair.</summary>
    public double[] Errors(double[] truth) =>
        [.. Enumerable.Range(0, truth.Length).Select(pair => Math.Abs(Probability(pair) - truth[pair]))];

    /// <summary>Mean distance to the true probabilities.</summary>
    public double Error(IEnumerable<int> pairs, double[] truth) =>
        pairs.Average(pair => Math.Abs(Probability(pair) - truth[pair]));
}
