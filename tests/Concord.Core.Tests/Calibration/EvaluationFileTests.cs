using Concord.Calibration;
using Xunit;

namespace Concord.Tests.Calibration;

public sealed class EvaluationFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_file_without_a_version_is_read_and_written_again_with_one()
    {
        var before = Written.WithoutVersion("evaluation.json");
        var report = EvaluationFile.Read(before);
        Assert.Equal(["helpful \"ü\" 日本", "sure"], report.Sources.Select(source => source.Name));
        Assert.Equal(double.PositiveInfinity, report.Pooled.Nll);
        Assert.Equal(0.7, report.WithTemperatures!.Sources[0].Temperature);
        Assert.Equal((50, 3, 0.9), (report.Options.Resamples, report.Options.Seed, report.Options.Level));
        Assert.Equal([10], report.Options.Bins);
        // What has another meaning since is not taken over.
        Assert.Contains("evaluate the scores again", report.Pooled.CalibrationTest.Reason, StringComparison.Ordinal);
        Assert.Null(report.Pooled.Spiegelhalter.Z);
        Assert.All(
            report.Pooled.Calibration.Values.SelectMany(one => one.Values),
            entry => Assert.Null(entry.Interval)
        );
        Assert.NotNull(report.Pooled.Intervals);
        var again = folder.File("again.json");
        EvaluationFile.Write(again, report);
        Assert.StartsWith("{\n  \"version\": 2,\n", File.ReadAllText(again), StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(again), EvaluationFile.Text(EvaluationFile.Read(again)));
        // what is shown to people comes out of the file too
        Assert.NotEmpty(EvaluationReportText.Lines(report));
    }

    public static TheoryData<string> Reports() => ["nothing", "ties", "one", "many", "sure", "temperatures", "no bins"];

    private static EvaluationReport Report(string name) =>
        name switch
        {
            "nothing" => Evaluation.Run([]),
            "ties" => Evaluation.Run([new("s", [1, 2], [3, 3])]),
            "one" => Evaluation.Run([new("s", [2, 0], [1, 0])]),
            "sure" => Evaluation.Run([new("s", [1000, 0], [0, 1]), new("t", [1e308, -1e308], [1, 0])]),
            "temperatures" => Evaluation.Run(
                [.. Simulated.Pairs(40, 1, source: "a"), new Prediction("b", [0, 1], [1, 0]) { Temperature = 0.25 }],
                new EvaluationOptions { Resamples = 20 }
            ) with
            {
                Sides = new EvaluationSides(new EvaluationSide(20, 10), new EvaluationSide(40, 39), "the step, by NLL"),
            },
            "no bins" => Evaluation.Run(Simulated.Pairs(30, 2), new EvaluationOptions { Resamples = 0, Bins = [3, 7] }),
            _ => Evaluation.Run([.. Simulated.Pairs(50, 1, source: "pooled"), .. Simulated.Rankings(20, 4, 2)]),
        };

    [Theory]
    [MemberData(nameof(Reports))]
    public void What_is_written_comes_back_and_is_written_with_the_same_bytes(string name)
    {
        var report = Report(name);
        var path = folder.File("sub/evaluation.json");
        EvaluationFile.Write(path, report);
        var read = EvaluationFile.Read(path);
        Assert.Equal(File.ReadAllText(path), EvaluationFile.Text(read));
        foreach (var (one, other) in new[] { (report, read), (report.WithTemperatures, read.WithTemperatures) })
        {
            Assert.Equal(one is null, other is null);
            if (one is null)
                continue;
            foreach (
                var (expected, actual) in one.Sources.Prepend(one.Pooled).Zip(other!.Sources.Prepend(other.Pooled))
            )
            {
                // records of records: all but the dictionary of readings compares by value
                Assert.Equal(expected with { Calibration = actual.Calibration }, actual);
                Assert.Equal(expected.Ece, actual.Ece);
            }
        }
        Assert.Equal(report.Sides, read.Sides);
        Assert.Equal(report.Options.Bins, read.Options.Bins);
        Assert.Equal(EvaluationReportText.Lines(report), EvaluationReportText.Lines(read));
    }

    [Theory]
    [InlineData(
        "\"comparisons\": 3",
        "\"comparisons\": \"three\"",
        "line 3: pooled.comparisons is \"three\"; expected an integer"
    )]
    [InlineData("\"brier\": 0.36070135857730184", "\"brier\": \"bad\"", "pooled.brier is \"bad\"; expected a number")]
    [InlineData("\"ties\": 1,", "", "has no pooled.ties")]
    [InlineData("\"ties\": 1,", "\"ties\": null,", "pooled.ties is null; expected")]
    [InlineData("\"baselines\": {", "\"baselines\": [], \"b\": {", "pooled.baselines is []; expected an object")]
    [InlineData("\"counts\": [\n", "\"counts\": [\n 7,\n", "pooled.all_ordered_pairs.uniform10: the bins do not fit")]
    [InlineData("\"nll\": [\n", "\"nll\": [\n 1,\n", "pooled.intervals.nll is [ 1, ")]
    [InlineData("\"pairs\": 4,", "\"pairs\": 4", "is not valid JSON")]
    [InlineData("\"pairs\": 4,", "\"pairs\": 4, \"pairs\": 4,", "not valid JSON")]
    [InlineData("\"settings\": {", "\"version\": 3, \"settings\": {", "is of version 3; this Concord reads up to 2")]
    [InlineData(
        "\"pooled\": {",
        "\"version\": 7.5, \"pooled\": 5, \"p\": {",
        "is of version 7.5; this Concord reads up to 2"
    )]
    public void A_damaged_file_is_an_error_that_names_file_and_key(string text, string by, string expected)
    {
        var path = folder.File("evaluation.json");
        File.WriteAllText(path, File.ReadAllText(Written.WithoutVersion("evaluation.json")).ReplaceFirst(text, by));
        var message = Assert.Throws<ConcordException>(() => EvaluationFile.Read(path)).Message;
        Assert.StartsWith(path, message);
        Assert.Contains(expected, message);
    }

    [Fact]
    public void Unknown_keys_are_no_harm_and_a_cut_file_is()
    {
        var path = folder.File("evaluation.json");
        var text = File.ReadAllText(Written.WithoutVersion("evaluation.json"));
        File.WriteAllText(path, text.ReplaceFirst("\"pairs\"", "\"later\": {\"a\": [1]}, \"pairs\""));
        Assert.Equal(4, EvaluationFile.Read(path).Pooled.Pairs);
        foreach (var length in new[] { 0, 1, 100, text.Length / 2, text.Length - 3 })
        {
            File.WriteAllText(path, text[..length]);
            Assert.Contains("not valid JSON", Assert.Throws<ConcordException>(() => EvaluationFile.Read(path)).Message);
        }
        Assert.Contains(
            "is not there",
            Assert.Throws<ConcordException>(() => EvaluationFile.Read(folder.File("none.json"))).Message
        );
    }
}
