using Concord.Calibration;
using Concord.Preferences.Simulation;
using Concord.Records;

namespace Concord.Cli.Quickstart;

/// <summary>The held-out pairs of the population, source after source: what every scheme is compared on.</summary>
internal sealed class HeldOutPairs
{
    private readonly Prediction[] truth;
    private readonly int[][] bySource;

    /// <summary>Draws the pairs.</summary>
    public HeldOutPairs(SimulatedPopulation population)
    {
        SimulatedComparison[] comparisons = [.. population.SourceNames.SelectMany(population.HeldOut)];
        // what the truth would say: of two responses the log odds, and nothing
        truth =
        [
            .. comparisons.Select(one => new Prediction(
                one.Comparison.Source,
                [Math.Log(one.Probability / (1 - one.Probability)), 0],
                one.Comparison.Scores,
                one.Comparison.PromptId,
                one.Comparison.Origin.File,
                one.Comparison.Origin.Line
            )),
        ];
        Pairs = new PairedSet(truth);
        Truth =
        [
            .. comparisons.Select(one =>
                one.Comparison.Scores[0] > one.Comparison.Scores[1] ? one.Probability : 1 - one.Probability
            ),
        ];
        bySource =
        [
            .. Enumerable
                .Range(0, Pairs.Sources.Count)
                .Select(source => Enumerable.Range(0, Count).Where(pair => Pairs.SourceOf[pair] == source).ToArray()),
        ];
    }

    /// <summary>The pairs as the paired tests take them.</summary>
    public PairedSet Pairs { get; }

    /// <summary>The names of the sources.</summary>
    public IReadOnlyList<string> Sources => Pairs.Sources;

    /// <summary>The true probability of the preferred response of each pair.</summary>
    public double[] Truth { get; }

    /// <summary>Number of pairs.</summary>
    public int Count => Pairs.Count;

    /// <summary>The pairs of a source.</summary>
    public int[] Of(int source) => bySource[source];

    /// <summary>What the truth itself would say: the most that any model can reach.</summary>
    public SchemePredictions TruthItself() => new("the truth itself", [.. Truth.Select(p => Math.Log(p / (1 - p)))]);

    /// <summary>Reads what the models of a scheme said.</summary>
    /// <param name="name">The scheme's name.</param>
    /// <param name="folders">Their run folders.</param>
    /// <exception cref="ConcordException">A pair is missing: the folders are of another run.</exception>
    public SchemePredictions Read(string name, IReadOnlyList<string> folders)
    {
        Prediction[] predictions = [.. folders.SelectMany(folder => new RunContents(folder).Predictions())];
        var temperatures = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var prediction in predictions)
            if (prediction.Temperature is { } temperature)
                temperatures[prediction.Source] = temperature;
        double[] differences;
        try
        {
            differences = Pairs.Differences(predictions);
        }
        catch (ConcordException error)
        {
            throw new ConcordException(
                $"{folders[0]} holds the run of another population: remove the folder and start again.",
                error
            );
        }
        var (weights, spread) = folders.Count == 1 ? MeanWeights(folders[0]) : ([], 0);
        return new SchemePredictions(name, differences)
        {
            Temperatures = temperatures,
            Weights = weights,
            WeightSpread = spread,
        };
    }

    private static (Dictionary<string, double> Weights, double Spread) MeanWeights(string folder)
    {
        var steps = MetricsFile.Read(Path.Combine(folder, MetricsFile.FileName)).Steps;
        return (
            steps
                .SelectMany(step => step.Weights)
                .GroupBy(weight => weight.Key, weight => weight.Value ?? 0, StringComparer.Ordinal)
                .ToDictionary(own => own.Key, own => own.Sum() / steps.Count, StringComparer.Ordinal),
            steps.Sum(step => step.WeightSpread ?? 0) / steps.Count
        );
    }
}
