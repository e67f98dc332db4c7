using System.Collections;
using Concord.Calibration;
using Concord.Preferences.Readers;

namespace Concord;

/// <summary>What a model says of comparisons, one prediction each, and how many it could not read whole.</summary>
public sealed class ModelPredictions : IReadOnlyList<Prediction>
{
    private readonly IReadOnlyList<Prediction> predictions;

    internal ModelPredictions(
        IReadOnlyList<Prediction> predictions,
        int cut,
        int leftOut,
        IReadOnlyList<ReadProblem> refused,
        SeenPrompts? seen
    )
    {
        Seen = seen;
        this.predictions = predictions;
        Refused = refused;
        Cut = cut;
        LeftOut = leftOut;
    }

    /// <summary>How many of the comparisons were cut to fit the model.</summary>
    public int Cut { get; }

    /// <summary>How many comparisons were too long and, as the model's policy has it, have no prediction.</summary>
    public int LeftOut { get; }

    /// <summary>The comparisons that rendering or tokenizer refuse, which have no prediction.</summary>
    public IReadOnlyList<ReadProblem> Refused { get; }

    /// <summary>
    /// How many of the prompts the model has seen in its training; null where its folder does not say.
    /// </summary>
    public SeenPrompts? Seen { get; }

    /// <inheritdoc/>
    public int Count => predictions.Count;

    /// <inheritdoc/>
    public Prediction this[int index] => predictions[index];

    /// <inheritdoc/>
    public IEnumerator<Prediction> GetEnumerator() => predictions.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
