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
    private int steps;
    private int step; // done
    private bool estimated;
    private long begun; // when the step that is being taken began

    /// <inheritdoc />
    public void Planned(TrainingPlan plan)
    {
        foreach (var line in TrainingPlanText.Lines(plan, terminal.Width))
            terminal.Error.WriteLine(line);
    }

    /// <inheritdoc />
    public void Computing(double share)
    {
        var seconds = terminal.Time.GetElapsedTime(begun).TotalSeconds;
        if (!estimated)
        {
            estimated = true;
            Noted(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"about {Progress.Duration(seconds / share * (steps - step))} for {steps - step:#,0} steps, by the "
                        + $"first {100 * share:0} % of one; evaluations come on top"
                )
            );
        }
        if (share < 1)
            progress?.Report(
                step,
                string.Create(CultureInfo.InvariantCulture, $"step {step + 1} at {100 * share:0} %"),
                share
            );
    }

    /// <inheritdoc />
    public void Started(int step, int steps, bool resumed)
    {
        (this.step, this.steps, begun) = (step, steps, terminal.Time.GetTimestamp());
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
        (step, begun) = (report.Step, terminal.Time.GetTimestamp());
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
        begun = terminal.Time.GetTimestamp();
        var (shown, pooled) = (report.WithTemperatures ?? report, (report.WithTemperatures ?? report).Pooled);
        var numbers =
            pooled.Clusters < TrainingPlan.FewestHeldOut
                ? FormattableString.Invariant(
                    $"{pooled.Pairs} pairs of {pooled.Clusters} prompts, too few to say anything of,"
                )
                : string.Create(
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
