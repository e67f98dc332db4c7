using System.Text;
using Concord.Records;
using Xunit;

namespace Concord.Tests.Records;

public sealed class RecordTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Runs_and_models_without_a_version_are_read_and_written_again_with_one()
    {
        var run = RunRecord.Read(Written.WithoutVersion())!;
        Assert.Equal(
            new RunRecord
            {
                Status = "finished",
                Step = 3,
                Steps = 3,
                BestStep = 3,
            },
            run
        );
        run.Write(folder.Path);
        Same("run.json", Written.WithoutVersion("run.json"));
        Assert.Equal(run, RunRecord.Read(folder.Path));

        var model = TrainedModelRecord.Read(Written.WithoutVersion("model"))!;
        Assert.Equal(3, model.Step);
        model.Write(folder.Path);
        Same("training.json", Written.WithoutVersion("model", "training.json"));

        var settings = ConcordModelSettings.Read(Written.WithoutVersion("model"))!;
        Assert.Equal(["editors", "crowd"], settings.Sources.Select(source => source.Name));
        settings.Write(folder.Path);
        Assert.Equal(
            File.ReadAllText(Written.WithoutVersion("model", "concord.json")), // it always had one
            File.ReadAllText(folder.File("concord.json"))
        );

        Assert.Null(RunRecord.Read(folder.File("none")));
        Assert.Null(TrainedModelRecord.Read(folder.File("none")));
        Assert.Null(ConcordModelSettings.Read(folder.File("none")));

        void Same(string name, string before) =>
            Assert.Equal(
                File.ReadAllText(before).ReplaceFirst("{\n", "{\n  \"version\": 1,\n"),
                File.ReadAllText(folder.File(name))
            );
    }

    [Fact]
    public void Sources_without_a_temperature_stay_without_one()
    {
        var settings = new ConcordModelSettings { Sources = [new("a", null), new("b", 0.5)] };
        settings.Write(folder.Path);
        Assert.Contains("\"a\": null", File.ReadAllText(folder.File("concord.json")));
        Assert.Equal(settings.Sources, ConcordModelSettings.Read(folder.Path)!.Sources);
    }

    [Fact]
    public void Metrics_without_a_version_are_read_and_written_again_with_one()
    {
        var before = Written.WithoutVersion("metrics.jsonl");
        var metrics = MetricsFile.Read(before);
        Assert.Equal([1, 2, 3], metrics.Steps.Select(step => step.Step));
        Assert.Equal([2, 3], metrics.Evaluations.Select(evaluation => evaluation.Step));
        Assert.Equal(0.9753, metrics.Evaluations[0].Evaluation["editors"].WithTemperature!.Nll!.Value, 3);
        string[] lines =
        [
            Line(metrics.Steps[0]),
            Line(metrics.Steps[1]),
            Line(metrics.Evaluations[0]),
            Line(metrics.Steps[2]),
            Line(metrics.Evaluations[1]),
        ];
        Assert.Equal(
            File.ReadAllText(before).Replace("{\"step\"", "{\"version\":1,\"step\"", StringComparison.Ordinal),
            string.Concat(lines)
        );
        var path = folder.File("metrics.jsonl");
        File.WriteAllText(path, string.Concat(lines));
        var again = MetricsFile.Read(path);
        Assert.Equal(lines[2], Line(again.Evaluations[0]));
        Assert.Equal(lines[3], Line(again.Steps[2]));
    }

    [Fact]
    public void What_is_not_finite_is_null_and_comes_back_so()
    {
        Assert.Null(MetricsFile.Finite(double.NaN));
        Assert.Null(MetricsFile.Finite(double.NegativeInfinity));
        var step = MetricsFile.Read(Written.WithoutVersion("metrics.jsonl")).Steps[0] with
        {
            Loss = null,
            Losses = new Dictionary<string, double?> { ["ü \"1\""] = null, ["b"] = 1e-300 },
        };
        var path = folder.File("metrics.jsonl");
        File.WriteAllBytes(path, MetricsFile.Line(step));
        var read = Assert.Single(MetricsFile.Read(path).Steps);
        Assert.Null(read.Loss);
        Assert.Equal(step.Losses, read.Losses);
        Assert.Equal(Line(step), Line(read));
    }

    [Fact]
    public void A_run_that_goes_on_cuts_back_its_metrics_and_an_unfinished_line_counts_for_nothing()
    {
        var path = folder.File("metrics.jsonl");
        MetricsFile.CutBack(path, 1, 1);
        Assert.False(File.Exists(path));
        var text = File.ReadAllText(Written.WithoutVersion("metrics.jsonl"));
        File.WriteAllText(path, text + "{\"step\":4,\"epo");
        Assert.Equal(3, MetricsFile.Read(path).Steps.Count);
        MetricsFile.CutBack(path, 2, -1);
        Assert.Equal(string.Concat(text.Split('\n')[..2].Select(line => line + "\n")), File.ReadAllText(path));
        MetricsFile.CutBack(path, 2, 2);
        Assert.Equal(2, MetricsFile.Read(path).Steps.Count);
    }

    [Theory]
    [InlineData("\"epoch\":0.16666666666666666", "\"epoch\":\"x\"", "line 2: epoch is \"x\"; expected a number")]
    [InlineData("\"tokens\":1326,", "", "line 2 has no tokens")]
    [InlineData(
        "\"weights\":{\"editors\":0.5,\"crowd\":0.5},\"temperatures\":{\"editors\":1.0",
        "\"weights\":[], \"temperatures\":{\"editors\":1.0",
        "line 2: weights is []; expected an object"
    )]
    [InlineData("{\"step\":2,\"epoch\"", "{\"version\":2,\"step\":2,\"epoch\"", "line 2 is of version 2")]
    [InlineData("{\"step\":2,\"best\":true", "{\"step\":2,\"best\":1", "line 3: best is 1; expected true or false")]
    [InlineData("{\"step\":2,\"best\":true,", "{\"step\":2,\"best\":true", "line 3 is not valid JSON")]
    public void A_damaged_line_is_an_error_that_names_it(string text, string by, string expected)
    {
        var path = folder.File("metrics.jsonl");
        File.WriteAllText(path, File.ReadAllText(Written.WithoutVersion("metrics.jsonl")).ReplaceFirst(text, by));
        Refused($"{path}, {expected}", () => MetricsFile.Read(path));
    }

    [Theory]
    [InlineData("{\"status\": \"finished\", \"step\": 1, \"steps\": 1}", "has no best_step. Remove it to go on")]
    [InlineData("{\"version\": 2}", "is of version 2; this Concord reads up to 1. Take a newer Concord.")]
    [InlineData("{\"status\": \"fin", "line 1 is not valid JSON")]
    [InlineData("", "not valid JSON")]
    [InlineData("null", "holds no JSON object")]
    [InlineData("[]", "holds []; expected an object")]
    [InlineData("{\"status\": null, \"step\": 1, \"steps\": 1, \"best_step\": 1}", "status is null; expected")]
    [InlineData("{\"status\": \"\\ud800\", \"step\": 1, \"steps\": 1, \"best_step\": 1}", "status is \"\\ud800\"")]
    [InlineData(
        "{\"status\": \"finished\", \"step\": 1e99, \"steps\": 1, \"best_step\": 1}",
        "step is 1e99; expected an integer"
    )]
    public void A_damaged_run_is_an_error_that_names_it(string text, string expected)
    {
        File.WriteAllText(folder.File("run.json"), text);
        Refused(expected, () => RunRecord.Read(folder.Path));
    }

    private static string Line(MetricsStep step) => Encoding.UTF8.GetString(MetricsFile.Line(step));

    private static string Line(MetricsEvaluation evaluation) => Encoding.UTF8.GetString(MetricsFile.Line(evaluation));

    private static void Refused(string expected, Func<object?> read) =>
        Assert.Contains(expected, Assert.Throws<ConcordException>(read).Message);
}
