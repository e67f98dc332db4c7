namespace Concord.Training.Weightings;

/// <summary>Over which pairs a weighting decides.</summary>
public enum WeightingScope
{
    /// <summary>The whole batch of one optimizer step, exactly, also where it is computed in micro-batches.</summary>
    Batch,

    /// <summary>Each micro-batch for itself, with its own update of the momentum, as the authors' code.</summary>
    MicroBatch,
}
