using System.Text.Json;
using Concord.Calibration;
using Concord.Preferences;
using Concord.Preferences.Simulation;

namespace Concord.Cli.Quickstart;

/// <summary>The held-out pairs of the population, source after source: what every scheme is compared on.</summary>
internal sealed class HeldOutPairs
{
    private readonly Dictionary<(string Source, int Line), int> places = [];

    /// <summary>Draws the pairs.</summary>
    public HeldOutPairs(SimulatedPopulation population)
    {
        Sources = [.. population.SourceNames];
        var (truth, sources, prompts) = (new List<double>(), new List<int>(), new List<string>());
        for (var source = 0; source < Sources.Length; source++)
        {
            foreach (var one in population.HeldOut(Sources[source]))
            {
                places[(Sources[source], one.Comparison.Origin.Line)] = truth.Count;
                truth.Add(one.Comparison.Scores[0] > one.Comparison.Scores[1] ? one.Probability : 1 - one.Probability);
                sources.Add(source);
                prompts.Add(one.Comparison.PromptId);
            }
        }
        (Truth, SourceOf) = ([.. truth], [.. sources]);
        var clusters = prompts
            .Distinct()
            .Select((prompt, cluster) => (prompt, cluster))
            .ToDictionary(StringComparer.Ordinal);
        ClusterOf = [.. prompts.Select(prompt => clusters[prompt])];
        ClusterCount = clusters.Count;
    }

    /// <summary>The names of the sources.</summary>
    public string[] Sources { get; }

    /// <summary>The true probability of the preferred response of each pair.</summary>
    public double[] Truth { get; }

    /// <summary>The source of each pair.</summary>
    public int[] SourceOf { get; }

    /// <summary>The prompt of each pair, as a number from 0.</summary>
    public int[] ClusterOf { get; }

    /// <summary>Number of prompts.</summary>
    public int ClusterCount { get; }

    /// <summary>Number of pairs.</summary>
    public int Count => Truth.Length;

    /// <summary>The pairs of a source.</summary>
    public int[] Of(int source) => [.. Enumerable.Range(0, Count).Where(pair => SourceOf[pair] == source)];

    /// <summary>What the truth itself would say: the most that any model can reach.</summary>
    public SchemePredictions TruthItself() => new("the truth itself", [.. Truth.Select(p => Math.Log(p / (1 - p)))]);

    /// <summary>Reads what the models of a scheme said.</summary>
    /// <param name="name">The scheme's name.</param>
    /// <param name="folders">Their run folders.</param>
    /// <exception cref="ConcordException">A pair is missing: the folders are of another run.</exception>
    public SchemePredictions Read(string name, IReadOnlyList<string> folders)
    {
        var differences = new double[Count];
        Array.Fill(differences, double.NaN);
        var temperatures = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (
            var prediction in folders.SelectMany(folder =>
                ScoresFile.Read(Path.Combine(folder, "scores.jsonl")).Predictions
            )
        )
        {
            var preferred = prediction.Scores[0] > prediction.Scores[1] ? 0 : 1;
            differences[places[(prediction.Source, prediction.Line!.Value)]] =
                (prediction.Temperature ?? 1) * (prediction.Rewards[preferred] - prediction.Rewards[1 - preferred]);
            if (prediction.Temperature is { } temperature)
                temperatures[prediction.Source] = temperature;
        }
        if (differences.Any(double.IsNaN))
            throw new ConcordException(
                $"{folders[0]} holds the run of another population: remove the folder and start again."
            );
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
        var sums = new Dictionary<string, double>(StringComparer.Ordinal);
        var (steps, spread) = (0, 0.0);
        foreach (var line in File.ReadLines(Path.Combine(folder, "metrics.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            if (!json.RootElement.TryGetProperty("weights", out var weights))
                continue;
            steps++;
            spread += json.RootElement.GetProperty("weight_spread").GetDouble();
            foreach (var weight in weights.EnumerateObject())
                sums[weight.Name] = sums.GetValueOrDefault(weight.Name) + weight.Value.GetDouble();
        }
        return (sums.ToDictionary(sum => sum.Key, sum => sum.Value / steps), spread / steps);
    }
}
