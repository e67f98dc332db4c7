using System.Globalization;
using Concord.Calibration;
using Concord.Training.Loop;

namespace Concord.Cli.Terminals;

/// <summary>
/// Shows a person how training goes: progress with loss and tokens a second, and a line for every evaluation.
/// </summary>
internal sealed class TrainingReporter(Terminal terminal) : ITrainingObserver, IDisposable
{
    private Progress? progress;
    private Progress? evaluation;
    private long tokens;
    private double seconds;
    private int evaluated;
    private int counted;

    /// <inheritdoc />
    public void Started(int step, int steps, bool resumed)
    {
        if (resumed)
            terminal.Error.WriteLine(FormattableString.Invariant($"goes on from step {step} of {steps}"));
        progress = new Progress(terminal, "training", steps, "steps", step);
    }

    /// <inheritdoc />
    public void Preparing(int done, int count)
    {
        evaluation ??= new Progress(terminal, "hidden states", count, "comparisons", brief: true, within: progress);
        evaluation.Report(done);
        if (done == count)
            EndEvaluation();
    }

    /// <inheritdoc />
    public void Stepped(StepReport report)
    {
        (tokens, seconds) = (tokens + report.Tokens, seconds + report.Seconds);
        progress?.Report(
            report.Step,
            string.Create(
                CultureInfo.InvariantCulture,
                $"loss {report.Loss:0.000}, {tokens / Math.Max(seconds, 1e-9):#,0} tokens/s"
            )
        );
    }

    /// <inheritdoc />
    public void Evaluating(int done, int count)
    {
        if (done <= evaluated || count != counted) // the other side, after the one that chooses
            EndEvaluation();
        evaluation ??= new Progress(terminal, "evaluating", count, "comparisons", brief: true, within: progress);
        evaluation.Report(done);
        (evaluated, counted) = (done, count);
    }

    /// <inheritdoc />
    public void Evaluated(int step, EvaluationReport report, bool best)
    {
        EndEvaluation();
        var (shown, pooled) = (report.WithTemperatures ?? report, (report.WithTemperatures ?? report).Pooled);
        var numbers = string.Create(
            CultureInfo.InvariantCulture,
            $"accuracy {pooled.Accuracy:0.000}, NLL {pooled.Nll:0.000}, ECE {pooled.Ece:0.000}"
        );
        var side = report.Sides?.Validation is null ? "held-out" : "validation";
        progress?.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"step {step}: {side} {numbers} over {shown.Sources.Count} "
                    + $"sources{(best ? " (the best so far)" : "")}"
            )
        );
    }

    /// <inheritdoc />
    public void Noted(string note)
    {
        if (progress is { } shown)
            shown.WriteLine(note);
        else
            terminal.Error.WriteLine(note);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        EndEvaluation();
        progress?.Dispose();
    }

    private void EndEvaluation()
    {
        evaluation?.Dispose();
        evaluation = null;
        evaluated = 0;
    }
}
