using System.Text.Json;
using Concord.Calibration;
using Concord.Cli;
using Concord.Cli.Quickstart;
using Concord.Preferences.Simulation;
using Concord.Tests.Cli;
using Xunit;

namespace Concord.Tests.Quickstart;

public class QuickstartTests
{
    private static readonly HeldOutPairs Pairs = new(SimulatedPopulation.Create(QuickstartScheme.Population(1)));

    [Fact]
    public void It_trains_all_schemes_and_says_what_the_numbers_allow()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var output = Path.Combine(folder.FullName, "quick");
            var json = Path.Combine(folder.FullName, "quick.json");
            var result = ConcordCli.Run("quickstart", "--steps", "3", "--output", output, "--json", json).MustBeDone();
            // commands hold paths, which are as long as they are
            Assert.All(
                result.Lines.Where(line => !line.StartsWith("  concord ", StringComparison.Ordinal)),
                line => Assert.True(line.Length <= 80, line)
            );
            string[] shown =
            [
                .. QuickstartScheme.All.Select(scheme => scheme.Name),
                "the truth itself",
                "What this says",
                "Next",
            ];
            foreach (var name in shown)
                Assert.Contains(name, result.Out);
            using var read = JsonDocument.Parse(File.ReadAllText(json));
            var schemes = read.RootElement.GetProperty("schemes");
            Assert.Equal(6, schemes.EnumerateObject().Count());
            Assert.Equal(
                0,
                schemes.GetProperty("the truth itself").GetProperty("critics").GetProperty("error").GetDouble(),
                12
            );
            Assert.Equal(15, read.RootElement.GetProperty("differences").GetArrayLength());
            foreach (var difference in read.RootElement.GetProperty("differences").EnumerateArray())
            {
                double low = difference.GetProperty("low").GetDouble(),
                    high = difference.GetProperty("high").GetDouble();
                Assert.Equal(
                    low > 0 ? "higher"
                        : high < 0 ? "lower"
                        : "undecided",
                    difference.GetProperty("verdict").GetString()
                );
            }

            // The commands it recommends work as they stand.
            string[] recommended =
            [
                .. result
                    .Lines.Select(line => line.Trim())
                    .Where(line => line.Split(' ') is ["concord", "data" or "evaluate", ..]),
            ];
            Assert.Equal(2, recommended.Length);
            foreach (var line in recommended)
                ConcordCli.Run([.. line.Split(' ').Skip(1)]).MustBeDone();

            var again = ConcordCli.Run("quickstart", "--steps", "3", "--output", output).MustBeDone();
            Assert.Equal(result.Lines[..^1], again.Lines[..^1]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Interrupted_it_says_how_to_go_on()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var result = ConcordCli.Run(
                new CancellationToken(canceled: true),
                "quickstart",
                "--output",
                folder.FullName
            );
            Assert.Equal(ExitCodes.Interrupted, result.Code);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_scheme_is_measured_as_evaluation_measures_it()
    {
        var scheme = Scheme("noisy", .5);
        foreach (var source in Enumerable.Range(0, Pairs.Sources.Count))
        {
            var own = Pairs.Of(source);
            var report = Evaluation.Run(
                [.. own.Select(pair => new Prediction("s", [scheme.Differences[pair], 0], [1, 0]))],
                new EvaluationOptions { Resamples = 0 }
            );
            Assert.Equal(report.Pooled.AccuracyTiesHalf!.Value, scheme.Accuracy(own), 12);
            Assert.Equal(
                report.Pooled.Calibration[CalibrationReading.AllOrderedPairs]["uniform10"].Error.Ece!.Value,
                scheme.CalibrationError(own),
                12
            );
        }
    }

    [Fact]
    public void Differences_are_those_of_the_tables_and_intervals_hold_them()
    {
        SchemePredictions good = Scheme("good", .3),
            bad = Scheme("bad", 2);
        var comparison = new PairedComparison(Pairs.Pairs);
        var sources = Enumerable.Range(0, Pairs.Sources.Count).ToArray();
        foreach (
            var (difference, measure) in new (PairedDifference, Func<SchemePredictions, int[], double>)[]
            {
                (comparison.Accuracy(bad.Differences, good.Differences), (scheme, own) => scheme.Accuracy(own)),
                (comparison.Ece(bad.Differences, good.Differences), (scheme, own) => scheme.CalibrationError(own)),
                (
                    comparison.Mean(bad.Errors(Pairs.Truth), good.Errors(Pairs.Truth)),
                    (scheme, own) => scheme.Error(own, Pairs.Truth)
                ),
            }
        )
        {
            Assert.Equal(
                sources.Average(source => measure(good, Pairs.Of(source)) - measure(bad, Pairs.Of(source))),
                difference.Difference,
                10
            );
            Assert.InRange(difference.Difference, difference.Interval.Low, difference.Interval.High);
        }
        Assert.Equal(1, comparison.Accuracy(bad.Differences, good.Differences).Sign);
        Assert.Equal(-1, comparison.Mean(bad.Errors(Pairs.Truth), good.Errors(Pairs.Truth)).Sign);
        Assert.Equal(0, comparison.Accuracy(good.Differences, good.Differences).Sign);
    }

    [Theory]
    [InlineData(.02, .01, .03, "higher by 0.020 [+0.010, +0.030]")]
    [InlineData(-.02, -.03, -.01, "lower by 0.020 [-0.030, -0.010]")]
    [InlineData(.02, -.01, .05, "undecided [-0.010, +0.050]")]
    [InlineData(0, 0, 0, "undecided [0.000, 0.000]")]
    public void A_difference_is_said_only_as_far_as_its_interval_allows(
        double difference,
        double low,
        double high,
        string expected
    ) =>
        Assert.Equal(
            expected,
            QuickstartConclusion.Say(new PairedDifference(difference, new Interval(low, high)), "higher", "lower")
        );

    [Fact]
    public void The_conclusion_follows_the_numbers()
    {
        // Temperatures bring the probabilities to the truth: the advice is to learn them; without a difference it stays
        // undecided.
        SchemePredictions flat = Scheme("flat", 2),
            near = Scheme("near", .2);
        Assert.Contains("learn a temperature for each source", Conclude(flat, near)[3]);
        Assert.Contains("stays undecided", Conclude(flat, flat)[3]);
        // a gain that is sure but shows as 0.000 is no reason to do anything
        var almost = new SchemePredictions(
            "almost",
            [.. flat.Differences.Zip(Pairs.TruthItself().Differences, (one, truth) => one + 1e-5 * (truth - one))]
        );
        Assert.Contains("stays undecided", Conclude(flat, almost)[3]);
        Assert.Contains("The cleanest labels got the largest", Conclude(flat, near)[2]);
    }

    private static IReadOnlyList<string> Conclude(SchemePredictions without, SchemePredictions with)
    {
        var weights = Pairs.Sources.ToDictionary(name => name, _ => .25);
        var temperatures = Pairs.Sources.Zip([3.0, 1, .5, .8]).ToDictionary(one => one.First, one => one.Second);
        SchemePredictions Of(QuickstartScheme scheme) =>
            new(scheme.Name, (scheme.Temperatures ? with : without).Differences)
            {
                Weights = weights,
                Temperatures = temperatures,
            };
        SchemePredictions[] schemes = [.. QuickstartScheme.All.Select(Of)];
        var differences = QuickstartConclusion.Differences(schemes, Pairs);
        return QuickstartConclusion.Paragraphs(
            schemes,
            Pairs,
            differences,
            [.. QuickstartScheme.Population(1).Sources.Select(source => source.Noise)]
        );
    }

    /// <summary>The truth with noise on its differences.</summary>
    private static SchemePredictions Scheme(string name, double noise)
    {
        var random = new Random(3);
        return new SchemePredictions(
            name,
            [
                .. Pairs
                    .TruthItself()
                    .Differences.Select(difference => difference + noise * (2 * random.NextDouble() - 1)),
            ]
        );
    }
}
