using Concord.Training.Batches;
using Concord.Training.Losses;

namespace Concord.Training.Objectives;

/// <summary>
/// A way to run the forward and backward passes of a batch in parts, under coefficients of the source losses. Each
/// gives the gradient of the whole batch: pairs are shared out over it beforehand.
/// </summary>
internal interface IGradientPass : IDisposable
{
    /// <summary>How the batch is cut into parts.</summary>
    /// <param name="micro">Indices into the batch, by micro-batch.</param>
    /// <param name="batch">The batch.</param>
    int[][] Cut(int[][] micro, TrainingBatch batch) => micro;

    /// <summary>How often a batch of so many parts is taken forward.</summary>
    int ForwardPasses(int parts);

    /// <summary>Takes all parts forward: rewards and hidden states of the batch are known after it.</summary>
    /// <param name="pass">The batch.</param>
    /// <param name="known">λ, (K), where it is known before.</param>
    void Forward(BatchPass pass, double[]? known);

    /// <summary>Adds the gradient of the batch under λ, summed over all processes, to the parameters'.</summary>
    /// <param name="pass">The batch, which has been taken forward.</param>
    /// <param name="losses">Its losses.</param>
    /// <param name="weights">λ, (K).</param>
    void Backward(BatchPass pass, RankingLossResult losses, double[] weights);
}
