using Concord.Calibration;
using Concord.Modeling.Rewards;
using Concord.Preferences;
using Concord.Training.Predictions;

namespace Concord;

/// <summary>What a reward model says of comparisons.</summary>
public static class RewardModelExtensions
{
    /// <summary>
    /// Predicts comparisons: reads them as the model's folder says (tokenizer, rendering, truncation), and gives what
    /// <see cref="Evaluation.Run"/> takes. A prediction has a temperature where one was learned for its source.
    /// </summary>
    /// <param name="model">A model that came from a folder.</param>
    /// <param name="comparisons">Any stream; it is read once.</param>
    /// <param name="maximumLength">The longest text in tokens; null for the model folder's own.</param>
    /// <param name="progress">Told how many are done; may be null.</param>
    /// <param name="cancellation">Looked at before every batch.</param>
    /// <returns>The predictions, in the order of the comparisons.</returns>
    /// <exception cref="ConcordException">The tokenizer cannot be used, or a comparison cannot be encoded; file and
    /// line are named.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static ModelPredictions Predict(
        this RewardModel model,
        IEnumerable<Comparison> comparisons,
        int? maximumLength = null,
        Action<int>? progress = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(comparisons);
        var encoding = new ModelEncoding(model, maximumLength);
        var predictions = new List<Prediction>();
        int cut = 0,
            leftOut = 0;
        foreach (
            var (encoded, prediction) in RewardPredictor
                .Of(model)
                .Predict(comparisons.Select(encoding.Encode), encoded => encoded, cancellation)
        )
        {
            if (prediction is null)
                leftOut++;
            else
                predictions.Add(prediction);
            if (encoded is { Truncated: true })
                cut++;
            progress?.Invoke(predictions.Count + leftOut);
        }
        return new ModelPredictions(predictions, cut, leftOut);
    }
}
