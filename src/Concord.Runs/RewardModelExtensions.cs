using Concord.Calibration;
using Concord.Modeling.Rewards;
using Concord.Preferences;
using Concord.Preferences.Readers;
using Concord.Records;
using Concord.Tokenization.Comparisons;
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
    /// <param name="strict">Whether a comparison that rendering or tokenizer refuse is an error; else it has no
    /// prediction, and is listed.</param>
    /// <param name="cancellation">Looked at before every batch.</param>
    /// <returns>The predictions, in the order of the comparisons.</returns>
    /// <exception cref="ConcordException">The tokenizer cannot be used, a comparison is refused under
    /// <paramref name="strict"/>, or all of them are; file and line are named.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static ModelPredictions Predict(
        this RewardModel model,
        IEnumerable<Comparison> comparisons,
        int? maximumLength = null,
        Action<int>? progress = null,
        bool strict = false,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(comparisons);
        var encoding = new ModelEncoding(model, maximumLength);
        var predictions = new List<Prediction>();
        var refused = new List<ReadProblem>();
        int cut = 0,
            without = 0;
        TokenizedComparison? Encode(Comparison comparison)
        {
            try
            {
                return encoding.Encode(comparison);
            }
            catch (RefusedComparisonException error) when (!strict)
            {
                refused.Add(new ReadProblem(error.Origin.File, error.Origin.Line, error.Reason));
                return null;
            }
        }
        foreach (
            var (encoded, prediction) in RewardPredictor
                .Of(model)
                .Predict(comparisons.Select(Encode), encoded => encoded, cancellation)
        )
        {
            if (prediction is null)
                without++;
            else
                predictions.Add(prediction);
            if (encoded is { Truncated: true })
                cut++;
            progress?.Invoke(predictions.Count + without);
        }
        if (refused.Count > 0 && refused.Count == predictions.Count + without)
            throw new ConcordException(
                FormattableString.Invariant($"All {refused.Count} comparisons are refused; the first: {refused[0]}")
            );
        return new ModelPredictions(predictions, cut, without - refused.Count, refused, Seen(model, predictions));
    }

    private static SeenPrompts? Seen(RewardModel model, List<Prediction> predictions)
    {
        if (model.Folder is not { } folder || TrainingPrompts.Read(folder) is not { } prompts)
            return null;
        var uses = predictions
            .Select(one => (one.Source, one.PromptId))
            .Distinct()
            .Select(one => (one.Source, one.PromptId, Use: one.PromptId is { } id ? prompts.UseOf(id) : PromptUse.None))
            .ToArray();
        int Count(PromptUse use) => uses.Where(one => one.Use == use).Select(one => one.PromptId).Distinct().Count();
        return new SeenPrompts(
            uses.Select(one => one.PromptId).Distinct().Count(),
            Count(PromptUse.TrainedOn),
            Count(PromptUse.ChosenBy),
            uses.Where(one => one.Use != PromptUse.None).CountBy(one => one.Source).ToDictionary(StringComparer.Ordinal)
        );
    }
}
