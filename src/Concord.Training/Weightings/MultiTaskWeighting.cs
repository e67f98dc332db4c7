using Concord.Training.Batches;
using Concord.Training.Losses;

namespace Concord.Training.Weightings;

/// <summary>
/// The paper's MultiTask: all sources shuffled into one stream, in which every pair counts the same. Its name is kept
/// for that; equal weights on balanced batches are <see cref="EqualWeighting"/>.
/// </summary>
public sealed class MultiTaskWeighting : IWeighting
{
    private readonly EqualWeighting equal = new();

    /// <inheritdoc/>
    public GradientSpace Space => GradientSpace.None;

    /// <inheritdoc/>
    /// <exception cref="ConcordException">Batches are balanced, or the loss is the mean of the sources'
    /// means.</exception>
    public void Validate(IReadOnlyList<string> sources, BatchSettings batches, RankingLossSettings loss)
    {
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(loss);
        if (batches.Composition == BatchComposition.Balanced)
            throw new ConcordException(
                "`weighting: multitask` is the paper's one shuffled stream, and these batches are balanced: say "
                    + "`weighting: equal` for equal weights on balanced batches, or set `batches.composition: "
                    + "shuffled` "
                    + "with `loss.total: pooled`, as recipes/multitask.yaml does."
            );
        if (loss.Total != TotalForm.Pooled)
            throw new ConcordException(
                "`weighting: multitask` counts every pair the same, and `loss.total: mean` every source: set "
                    + "`loss.total: pooled`, as recipes/multitask.yaml does."
            );
    }

    /// <inheritdoc/>
    public double[] Weigh(SourceGradients gradients) => equal.Weigh(gradients);
}
