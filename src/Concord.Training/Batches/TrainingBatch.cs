using Concord.Tokenization.Comparisons;

namespace Concord.Training.Batches;

/// <summary>What one optimizer step takes.</summary>
/// <param name="Step">Which step of the run, from 0.</param>
/// <param name="Comparisons">The comparisons, (C).</param>
/// <param name="Sources">Source of each, 0 .. K - 1, (C).</param>
/// <param name="Fresh">Which of them no step before has taken, (C).</param>
public sealed record TrainingBatch(
    int Step,
    IReadOnlyList<TokenizedComparison> Comparisons,
    IReadOnlyList<int> Sources,
    IReadOnlyList<bool> Fresh
);
