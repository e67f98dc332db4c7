namespace Concord.Training.Batches;

/// <summary>
/// Where batches come from: a pure function of the run's seed and the step, whether they are drawn or made, so a
/// resumed run needs no replay.
/// </summary>
public interface IBatchSource
{
    /// <summary>Steps of an epoch, at least 1.</summary>
    int StepsPerEpoch { get; }

    /// <summary>The batch of a step.</summary>
    /// <param name="step">From 0.</param>
    TrainingBatch Batch(int step);
}
