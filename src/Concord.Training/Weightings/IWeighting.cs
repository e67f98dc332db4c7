using Concord.Training.Batches;
using Concord.Training.Losses;

namespace Concord.Training.Weightings;

/// <summary>
/// A scheme that decides how much each source's loss counts in a batch, with its settings. A run takes schemes by this
/// only, so one of your own is an instance handed to <see cref="Loop.TrainingSettings.Weighting"/>. One that remembers
/// something between batches is <see cref="State.IStateful"/> besides: it is saved with the run then, and put back.
/// </summary>
/// <remarks>
/// An instance serves one run at a time; it may serve one after the other. Its settings are its public properties
/// besides those of these two interfaces: they are written into the run's <c>config.yaml</c>, by which a run is told
/// from one of other settings. What is no property, or is one and changes while it weighs, is for a
/// <see cref="object.ToString"/> of its own, which is written instead.
/// </remarks>
public interface IWeighting
{
    /// <summary>What it must see of a batch.</summary>
    GradientSpace Space { get; }

    /// <summary>Over which pairs it decides.</summary>
    /// <value>The whole batch, unless it says otherwise.</value>
    WeightingScope Scope => WeightingScope.Batch;

    /// <summary>How the gradient of a batch of several micro-batches is found, where its coefficients depend on
    /// them.</summary>
    /// <value>By memory, unless it says otherwise.</value>
    GradientAccumulation Accumulation => GradientAccumulation.Auto;

    /// <summary>Refuses settings that have no meaning.</summary>
    /// <param name="sources">The sources there are.</param>
    /// <param name="batches">How batches are drawn.</param>
    /// <param name="loss">How losses are added up.</param>
    /// <exception cref="ConcordException">A value is outside its range, or does not fit sources, batches or
    /// loss.</exception>
    void Validate(IReadOnlyList<string> sources, BatchSettings batches, RankingLossSettings loss) { }

    /// <summary>
    /// Begins a run: what it remembers is as at the beginning after it. Is called before the first batch, and before
    /// the state of a checkpoint is put back.
    /// </summary>
    /// <param name="run">The run.</param>
    void Start(WeightingContext run) { }

    /// <summary>Weighs the sources of a batch.</summary>
    /// <param name="gradients">What it asked for.</param>
    /// <returns>
    /// The coefficients λ of the source losses in the loss of the batch, (K): finite, of any sign and sum; those of
    /// absent sources are not looked at. A convex combination sums to 1.
    /// </returns>
    double[] Weigh(SourceGradients gradients);
}
