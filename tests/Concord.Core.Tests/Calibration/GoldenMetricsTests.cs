using System.Text.Json;
using Concord.Calibration;
using Xunit;

namespace Concord.Tests.Calibration;

/// <summary>Every field of every case of golden/metrics, to 1e-12.</summary>
public class GoldenMetricsTests
{
    private const double Tolerance = 1e-12;

    [Fact]
    public void Library_metrics_equal_the_reference_on_all_cases()
    {
        var compared = 0;
        using var document = Cases();
        foreach (var item in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            var expected = item.GetProperty("expected");
            using var actual = item.TryGetProperty("rewards", out _) ? Report(item) : OfProbabilities(item);
            var m = actual.RootElement.TryGetProperty("pooled", out var pooled) ? pooled : actual.RootElement;
            foreach (var field in expected.EnumerateObject())
            {
                var where = $"{item.GetProperty("id")} {item.GetProperty("name")}: {field.Name}";
                switch (field.Name)
                {
                    case "accuracy_authors": // float32
                        Assert.Equal(field.Value.GetDouble(), m.GetProperty("accuracy_ties_half").GetDouble(), 1e-7);
                        break;
                    case "predicted_winner_ties_wrong" when field.Value.ValueKind == JsonValueKind.String:
                        compared += Same(expected.GetProperty("predicted_winner"), m.GetProperty(field.Name), where);
                        break;
                    default:
                        compared += Same(field.Value, m.GetProperty(field.Name), where);
                        break;
                }
            }
        }
        Assert.True(compared > 24_000, $"only {compared} numbers were compared");
    }

    [Fact]
    public void Sources_and_pooled_have_the_numbers_of_their_own_pairs()
    {
        using var document = Cases();
        var cases = document
            .RootElement.GetProperty("cases")
            .EnumerateArray()
            .Where(c => c.TryGetProperty("rewards", out _))
            .ToArray();
        var all = cases.SelectMany(c => Predictions(c, $"source{c.GetProperty("id")}")).ToArray();
        using var json = JsonDocument.Parse(
            EvaluationFile.Text(Evaluation.Run(all, new EvaluationOptions { Resamples = 0 }))
        );
        foreach (var item in cases)
        {
            var m = json.RootElement.GetProperty("sources").GetProperty($"source{item.GetProperty("id")}");
            foreach (var name in new[] { "nll", "brier", "accuracy_ties_half", "all_ordered_pairs", "drift" })
                Same(
                    item.GetProperty("expected").GetProperty(name),
                    m.GetProperty(name),
                    $"{item.GetProperty("name")}: {name}"
                );
        }
        var pairs = cases.Sum(c => c.GetProperty("expected").GetProperty("drift").GetProperty("pairs").GetInt32());
        Assert.Equal(pairs, json.RootElement.GetProperty("pooled").GetProperty("pairs").GetInt32());
        var brier =
            cases.Sum(c =>
                c.GetProperty("expected").GetProperty("brier").GetDouble()
                * c.GetProperty("expected").GetProperty("drift").GetProperty("pairs").GetInt32()
            ) / pairs;
        Assert.Equal(brier, json.RootElement.GetProperty("pooled").GetProperty("brier").GetDouble(), Tolerance);
    }

    private static JsonDocument Cases() =>
        JsonDocument.Parse(File.ReadAllText(Shared.Path("golden", "metrics", "cases.json")));

    private static JsonDocument Report(JsonElement item) =>
        JsonDocument.Parse(
            EvaluationFile.Text(Evaluation.Run([.. Predictions(item, "s")], new EvaluationOptions { Resamples = 20 }))
        );

    private static IEnumerable<Prediction> Predictions(JsonElement item, string source) =>
        item.GetProperty("rewards")
            .EnumerateArray()
            .Zip(item.GetProperty("scores").EnumerateArray(), (r, s) => new Prediction(source, Numbers(r), Numbers(s)));

    private static JsonDocument OfProbabilities(JsonElement item)
    {
        double[] p = Numbers(item.GetProperty("probabilities")),
            y = Numbers(item.GetProperty("labels"));
        var half = PredictedWinner.OfProbabilities(p, y);
        var wrong = PredictedWinner.OfProbabilities(p, y, tie: 0);
        return JsonSerializer.SerializeToDocument(
            new Dictionary<string, object?>
            {
                ["brier"] = BrierScore.OfProbabilities(p, y),
                ["nll_clipped"] = NegativeLogLikelihood.ClippedOfProbabilities(p, y),
                ["accuracy_ties_half"] = half.Outcomes.Average(),
                ["accuracy_ties_wrong"] = wrong.Outcomes.Average(),
                ["all_ordered_pairs"] = Binnings(p, y),
                ["predicted_winner"] = Binnings(half.Confidences, half.Outcomes),
                ["predicted_winner_ties_wrong"] = Binnings(wrong.Confidences, wrong.Outcomes),
            }
        );
    }

    private static Dictionary<string, object> Binnings(double[] p, double[] y)
    {
        var result = new Dictionary<string, object>();
        foreach (var strategy in Enum.GetValues<BinningStrategy>())
        foreach (var bins in EvaluationOptions.StandardBins)
        {
            var scheme = new BinningScheme(strategy, bins);
            var error = ExpectedCalibrationError.Compute(p, y, scheme);
            result[scheme.Name] = new
            {
                ece = error.Ece,
                ace = error.Ace,
                mce = error.Mce,
                counts = error.Counts,
                edges = error.Edges,
            };
        }
        return result;
    }

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(x => x.GetDouble())];

    private static int Same(JsonElement expected, JsonElement actual, string where)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                // Where the answer turns on the last bit of an edge there is none to compare.
                if (expected.TryGetProperty("edge_sensitive", out var sensitive) && sensitive.GetBoolean())
                    return 0;
                return expected
                    .EnumerateObject()
                    .Where(f => f.Name is not ("on_edge" or "edge_sensitive"))
                    .Sum(field => Same(field.Value, actual.GetProperty(field.Name), $"{where}.{field.Name}"));
            case JsonValueKind.Array:
                Assert.Equal(expected.GetArrayLength(), actual.GetArrayLength());
                return Enumerable
                    .Range(0, expected.GetArrayLength())
                    .Sum(i => Same(expected[i], actual[i], $"{where}[{i}]"));
            case JsonValueKind.Number:
                Assert.True(actual.ValueKind == JsonValueKind.Number, $"{where}: {actual} instead of {expected}");
                var difference = Math.Abs(expected.GetDouble() - actual.GetDouble());
                Assert.True(difference <= Tolerance, $"{where}: {actual} instead of {expected}");
                return 1;
            default:
                Assert.True(expected.ValueKind == actual.ValueKind, $"{where}: {actual} instead of {expected}");
                return 1;
        }
    }
}
