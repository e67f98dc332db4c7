namespace Concord.Training.Losses;

/// <summary>How the pairs of a source become its loss L_i.</summary>
public enum PairAveraging
{
    /// <summary>
    /// The mean over all strict pairs of the source in the batch: a comparison of n responses counts up to n(n-1)/2
    /// times. The authors' form.
    /// </summary>
    PerPair,

    /// <summary>
    /// The pairs of one comparison are averaged first, then the comparisons: each judgement counts once, whatever its
    /// n.
    /// </summary>
    PerComparison,
}

/// <summary>How the source losses become the loss of a batch.</summary>
public enum TotalForm
{
    /// <summary>Σ λ_i L_i.</summary>
    Mean,

    /// <summary>
    /// K Σ λ_i S_i / N, S_i the summed loss of source i, N the number of pairs of the batch, K the sources present:
    /// what the authors' code computes. λ_i = 1/K gives the plain mean over all pairs.
    /// </summary>
    Pooled,
}
