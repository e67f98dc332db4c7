using Concord.Calibration;
using Xunit;

namespace Concord.Tests.Calibration;

public class EvaluationLawTests
{
    private static readonly EvaluationOptions NoResampling = new() { Resamples = 0 };

    private static List<Prediction> Mixed() =>
        [
            .. Simulated.Pairs(200, 1, perPrompt: 3),
            .. Simulated.Rankings(40, 4, 2),
            .. Simulated.Pairs(120, 3, sharpness: 0.3, source: "noisy"),
            new("s", [1, 1], [1, 0]),
            new("s", [1, 2], [0, 0]),
        ];

    [Fact]
    public void The_order_of_comparisons_and_of_responses_changes_no_byte()
    {
        var all = Mixed();
        string Text(IEnumerable<Prediction> predictions)
        {
            var report = Evaluation.Run([.. predictions], new EvaluationOptions { Resamples = 200 });
            return EvaluationFile.Text(
                report with
                {
                    Sources = [.. report.Sources.OrderBy(s => s.Name, StringComparer.Ordinal)],
                }
            );
        }
        var expected = Text(all);
        Assert.Equal(expected, Text(Simulated.Shuffled(all, 7)));
        Assert.Equal(expected, Text(Simulated.Shuffled(all, 8)));
        // Reversed responses: all but the baseline of the first response.
        var reversed = all.Select(p =>
            p with
            {
                Rewards = [.. p.Rewards.Reverse()],
                Scores = [.. p.Scores.Reverse()],
                Lengths = p.Lengths?.Reverse().ToArray(),
            }
        );
        static string WithoutFirst(string text) =>
            string.Join('\n', text.Split('\n').Where(line => !line.Contains("\"first\"", StringComparison.Ordinal)));
        Assert.Equal(WithoutFirst(expected), WithoutFirst(Text(reversed)));
    }

    [Fact]
    public void Scaling_rewards_changes_calibration_but_not_accuracy_and_equals_a_temperature()
    {
        var all = Mixed();
        var plain = Evaluation.Run(all, NoResampling).Pooled;
        var scaled = Evaluation
            .Run([.. all.Select(p => p with { Rewards = [.. p.Rewards.Select(r => 4 * r)] })], NoResampling)
            .Pooled;
        Assert.Equal(plain.AccuracyTiesHalf, scaled.AccuracyTiesHalf);
        Assert.Equal(plain.AccuracyTiesWrong, scaled.AccuracyTiesWrong);
        Assert.True(scaled.Ece().Error.Ece > plain.Ece().Error.Ece + 0.05);
        Assert.Equal(4 * plain.Drift.Mean!.Value, scaled.Drift.Mean!.Value, 1e-12);

        var tempered = Evaluation.Run(
            all,
            NoResampling with
            {
                Temperatures = new Dictionary<string, double>
                {
                    ["s"] = 4,
                    ["ranked"] = 4,
                    ["noisy"] = 4,
                },
            }
        );
        Assert.Equal(plain.Nll, tempered.Pooled.Nll);
        Assert.Equal(4, tempered.WithTemperatures!.Pooled.Temperature);
        Assert.Equal(scaled.Nll!.Value, tempered.WithTemperatures.Pooled.Nll!.Value, 1e-14);
        Assert.Equal(scaled.Ece().Error.Ece!.Value, tempered.WithTemperatures.Pooled.Ece().Error.Ece!.Value, 1e-14);
    }

    [Fact]
    public void Duplicated_data_leaves_the_numbers_and_with_the_prompt_also_the_intervals()
    {
        var all = Simulated.Pairs(150, 5, perPrompt: 1).Select((p, i) => p with { PromptId = $"p{i}" }).ToArray();
        var once = Evaluation.Run(all).Pooled;
        var twice = Evaluation.Run([.. all, .. all]).Pooled;
        Assert.Equal(once.Brier!.Value, twice.Brier!.Value, 1e-14);
        Assert.Equal(once.Nll!.Value, twice.Nll!.Value, 1e-14);
        Assert.Equal(once.AccuracyTiesHalf, twice.AccuracyTiesHalf);
        foreach (var scheme in new[] { "uniform5", "uniform10", "uniform20" })
            Assert.Equal(once.Ece(scheme: scheme).Error.Ece!.Value, twice.Ece(scheme: scheme).Error.Ece!.Value, 1e-14);
        Assert.Equal(once.Clusters, twice.Clusters);
        Assert.Equal(once.Intervals!.Nll.Low, twice.Intervals!.Nll.Low, 1e-12);
        Assert.Equal(once.Intervals.Nll.High, twice.Intervals.Nll.High, 1e-12);
        // Without the prompt the copies would pass for twice the evidence.
        var blind = Evaluation.Run([.. all.Concat(all).Select(p => p with { PromptId = null })]).Pooled;
        Assert.True(Width(blind.Intervals!.Nll) < 0.85 * Width(once.Intervals.Nll));
    }

    [Fact]
    public void Pooled_is_the_metric_of_the_union()
    {
        var all = Mixed();
        var pooled = Evaluation.Run(all).Pooled;
        var asOne = Evaluation.Run([.. all.Select(p => p with { Source = "one" })]);
        Assert.Equal(pooled.Nll, asOne.Sources[0].Nll);
        Assert.Equal(pooled.Ece(scheme: "quantile20").Interval, asOne.Sources[0].Ece(scheme: "quantile20").Interval);
        var sources = Evaluation.Run(all, NoResampling).Sources;
        Assert.Equal(["s", "ranked", "noisy"], sources.Select(s => s.Name));
        Assert.Equal(pooled.Pairs, sources.Sum(s => s.Pairs));
        Assert.Equal(pooled.Nll!.Value, sources.Sum(s => s.Nll!.Value * s.Pairs) / pooled.Pairs, 1e-14);
        Assert.NotEqual(pooled.Nll.Value, sources.Average(s => s.Nll!.Value), 1e-3);
    }

    [Fact]
    public void Equal_scores_are_no_question_and_equal_rewards_half_an_answer()
    {
        var m = Evaluation
            .Run([
                new("s", [1, 1], [1, 0]),
                new("s", [2, 1], [1, 0]),
                new("s", [0, 1], [1, 0]),
                new("s", [5, 1], [3, 3]),
            ])
            .Pooled;
        Assert.Equal((3, 1L, 4, 1), (m.Pairs, m.Ties, m.Comparisons, m.Drift.Zero));
        Assert.Equal(0.5, m.AccuracyTiesHalf);
        Assert.Equal(1.0 / 3, m.AccuracyTiesWrong!.Value, 1e-15);
        Assert.Equal(
            m.Ece(CalibrationReading.PredictedWinner).Error.Ece!.Value + 0.5 / 3,
            m.Ece(CalibrationReading.PredictedWinnerTiesWrong).Error.Ece!.Value,
            1e-12
        );
    }

    [Fact]
    public void Baselines_follow_lengths_and_order()
    {
        var b = Evaluation
            .Run([
                new("s", [0, 1], [1, 0], Lengths: [9, 3]),
                new("s", [0, 1], [0, 1], Lengths: [9, 3]),
                new("s", [0, 1], [1, 0], Lengths: [4, 4]),
                new("s", [0, 1], [1, 0]),
                new("s", [0, 1], [1, 1], Lengths: [1, 2]),
            ])
            .Pooled.Baselines;
        Assert.Equal(new ContentBlindBaselines(0.5, 0.5, 0.75, 3, false), b);
        var chosenFirst = Evaluation.Run([new("s", [0, 1], [1, 0]), new("s", [0, 1], [1, 0])]).Pooled.Baselines;
        Assert.Equal(new ContentBlindBaselines(null, null, 1, 0, true), chosenFirst);
    }

    [Fact]
    public void The_seed_decides_what_is_drawn_and_nothing_else()
    {
        var all = Mixed();
        string One(int seed) =>
            EvaluationFile.Text(Evaluation.Run(all, new EvaluationOptions { Resamples = 100, Seed = seed }));
        Assert.Equal(One(3), One(3));
        SourceMetrics a = Evaluation.Run(all, new EvaluationOptions { Seed = 1 }).Pooled,
            b = Evaluation.Run(all, new EvaluationOptions { Seed = 2 }).Pooled;
        Assert.NotEqual(a.Ece().Consistency, b.Ece().Consistency);
        Assert.Equal((a.Nll, a.Intervals, a.Spiegelhalter), (b.Nll, b.Intervals, b.Spiegelhalter));
        Assert.Equal(a.Ece().Interval!.High, b.Ece().Interval!.High, 0.01);
    }

    private static double Width(Interval interval) => interval.High - interval.Low;

    [Fact]
    public void Headline_numbers_are_those_of_the_tables_and_sources_are_found_by_name()
    {
        var report = Evaluation.Run(
            [.. Simulated.Pairs(200, 1, source: "a"), .. Simulated.Pairs(100, 2, source: "b")],
            new EvaluationOptions { Resamples = 0 }
        );
        var b = report.Sources["b"];
        Assert.Same(report.Sources[1], b);
        Assert.Equal((b.AccuracyTiesHalf, b.Ece().Error.Ece), (b.Accuracy, b.Ece));
        Assert.Null(report.Sources.Find("c"));
        Assert.Contains("there are a, b", Assert.Throws<KeyNotFoundException>(() => report.Sources["c"]).Message);
        Assert.Null(Evaluation.Run(Simulated.Pairs(9, 1), new EvaluationOptions { Bins = [5] }).Pooled.Ece);
    }

    [Fact]
    public void Without_temperatures_there_is_one_report()
    {
        var predictions = Simulated.Pairs(20, 1);
        var options = new EvaluationOptions { Resamples = 0, Temperatures = new Dictionary<string, double>() };
        Assert.Null(Evaluation.Run(predictions, options).WithTemperatures);
        predictions[3] = predictions[3] with { Temperature = 0.5 };
        Assert.NotNull(Evaluation.Run(predictions, options).WithTemperatures);
    }
}
