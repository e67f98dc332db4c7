using Concord.Training.Batches;
using Concord.Training.State;

namespace Concord.Training.Objectives;

/// <summary>
/// What training descends on: runs the forward and backward pass of a batch. The loop knows no more of
/// it, so ranking, likelihood of a response, or preference without a reward model are objectives of one loop.
/// </summary>
public interface IObjective : IStateful, IDisposable
{
    /// <summary>
    /// Runs the forward and backward pass of a batch. Its gradient, summed over all processes, is added to the buffer
    /// of the trained parameters, which is zero before.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="cancellation">Looked at between micro-batches.</param>
    /// <exception cref="OperationCanceledException">It was cancelled: the step has not been once the caller has zeroed
    /// the gradients and put back what the objective remembers.</exception>
    StepOutcome Step(TrainingBatch batch, CancellationToken cancellation);
}
