using Concord.Calibration;

namespace Concord.Bench.HeldOut;

/// <summary>By how much a model's reported numbers miss the truth, means over sources and draws.</summary>
/// <param name="ChosenBy">Of each number of <see cref="HeldOutNumber.All"/>: the one reported on the comparisons that
/// chose the model, less the true one.</param>
/// <param name="Reported">The same in what the run itself reported.</param>
/// <param name="HeldOut">The same on fresh held-out sides, on average.</param>
/// <param name="Holds">The share of the held-out sides' intervals that hold the true number.</param>
internal sealed record HeldOutBias(double[] ChosenBy, double[] Reported, double[] HeldOut, double[] Holds)
{
    private const int Resamples = 400;

    /// <summary>Evaluates a model.</summary>
    public static HeldOutBias Of(FixedModel model)
    {
        var truth = Evaluate(model.Truth, 0);
        EvaluationReport chosen = Evaluate(model.ChosenBy, 1),
            reported = Evaluate(model.Reported, 1);
        var draws = new EvaluationReport[model.Draws.Count];
        Parallel.For(0, draws.Length, draw => draws[draw] = Evaluate(model.Draws[draw], draw + 2));
        double Of(Func<HeldOutNumber, SourceMetrics, SourceMetrics, double> of, EvaluationReport report, int number) =>
            report.Sources.Average(own => of(HeldOutNumber.All[number], own, truth.Sources[own.Name]));
        double Over(Func<HeldOutNumber, SourceMetrics, SourceMetrics, double> of, int number) =>
            draws.Average(report => Of(of, report, number));
        var numbers = Enumerable.Range(0, HeldOutNumber.All.Count).ToArray();
        return new HeldOutBias(
            [.. numbers.Select(number => Of(Misses, chosen, number))],
            [.. numbers.Select(number => Of(Misses, reported, number))],
            [.. numbers.Select(number => Over(Misses, number))],
            [.. numbers.Select(number => Over(Hold, number))]
        );
    }

    private static double Misses(HeldOutNumber number, SourceMetrics reported, SourceMetrics truth) =>
        number.Of(reported) - number.Of(truth);

    // an ECE cannot be below 0, as its debiased estimate can
    private static double Hold(HeldOutNumber number, SourceMetrics reported, SourceMetrics truth) =>
        number.Interval(reported) is { } interval
        && Math.Max(0, number.Of(truth)) is var value
        && interval.Low <= value
        && value <= interval.High
            ? 1
            : 0;

    // as a user reads them: under the temperatures
    private static EvaluationReport Evaluate(IReadOnlyList<Prediction> predictions, int seed)
    {
        var report = Evaluation.Run(
            predictions,
            new EvaluationOptions
            {
                Resamples = Resamples,
                Bins = [10],
                Seed = seed,
            }
        );
        return report.WithTemperatures ?? report;
    }
}
