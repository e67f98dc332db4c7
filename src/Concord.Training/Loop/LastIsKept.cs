using Concord.Calibration;

namespace Concord.Training.Loop;

/// <summary>
/// Tells of the evaluations of a run that chooses nothing: none of them is the best, the last is kept.
/// </summary>
internal sealed class LastIsKept(ITrainingObserver observer) : ITrainingObserver
{
    /// <inheritdoc/>
    public void Evaluating(int done, int count) => observer.Evaluating(done, count);

    /// <inheritdoc/>
    public void Evaluated(int step, EvaluationReport report, bool best) => observer.Evaluated(step, report, false);

    /// <inheritdoc/>
    public void Noted(string note) => observer.Noted(note);
}
