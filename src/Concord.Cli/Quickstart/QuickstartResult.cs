using System.Text.Json.Serialization;
using Concord.Preferences.Simulation;

namespace Concord.Cli.Quickstart;

/// <summary>What <c>concord quickstart</c> writes for machines.</summary>
internal sealed record QuickstartResult(
    int Seed,
    IReadOnlyList<QuickstartSource> Sources,
    IReadOnlyDictionary<string, Dictionary<string, QuickstartNumbers>> Schemes,
    IReadOnlyList<QuickstartDifferenceResult> Differences,
    IReadOnlyList<string> Conclusion,
    double Seconds
)
{
    public static QuickstartResult Of(
        SimulatedPopulation population,
        IReadOnlyList<SchemePredictions> schemes,
        HeldOutPairs pairs,
        IReadOnlyList<QuickstartDifference> differences,
        IReadOnlyList<string> conclusion,
        int seed,
        double seconds
    ) =>
        new(
            seed,
            [
                .. population.Settings.Sources.Select(source => new QuickstartSource(
                    source.Name,
                    source.Size,
                    source.Drift,
                    source.Noise
                )),
            ],
            schemes
                .Append(pairs.TruthItself())
                .ToDictionary(scheme => scheme.Name, scheme => Numbers(scheme, pairs), StringComparer.Ordinal),
            [.. differences.Select(QuickstartDifferenceResult.Of)],
            conclusion,
            Math.Round(seconds, 1)
        );

    private static Dictionary<string, QuickstartNumbers> Numbers(SchemePredictions scheme, HeldOutPairs pairs) =>
        Enumerable
            .Range(0, pairs.Sources.Count)
            .ToDictionary(
                source => pairs.Sources[source],
                source =>
                {
                    var own = pairs.Of(source);
                    return new QuickstartNumbers(
                        own.Length,
                        scheme.Accuracy(own),
                        scheme.CalibrationError(own),
                        scheme.Error(own, pairs.Truth),
                        scheme.Temperatures.TryGetValue(pairs.Sources[source], out var tau) ? tau : null
                    );
                },
                StringComparer.Ordinal
            );
}

/// <summary>A simulated source.</summary>
internal sealed record QuickstartSource(string Name, int Size, double Drift, double Noise);

/// <summary>A scheme on a source.</summary>
internal sealed record QuickstartNumbers(
    int Pairs,
    double Accuracy,
    double Ece,
    double Error,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Temperature
);

/// <summary>A difference of two schemes.</summary>
internal sealed record QuickstartDifferenceResult(
    string First,
    string Second,
    string Measure,
    double Difference,
    double Low,
    double High,
    string Verdict
)
{
    public static QuickstartDifferenceResult Of(QuickstartDifference one) =>
        new(
            one.First,
            one.Second,
            one.Measure,
            one.Difference.Difference,
            one.Difference.Interval.Low,
            one.Difference.Interval.High,
            one.Difference.Sign switch
            {
                > 0 => "higher",
                < 0 => "lower",
                _ => "undecided",
            }
        );
}
