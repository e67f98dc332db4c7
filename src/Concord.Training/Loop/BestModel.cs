using Concord.Calibration;
using Concord.Foundation;
using Concord.Modeling.Rewards;
using Concord.Tokenization.Comparisons;
using Concord.Training.Checkpoints;
using Concord.Training.Predictions;
using Concord.Training.Temperatures;

namespace Concord.Training.Loop;

/// <summary>
/// Evaluates the model during training and keeps the best by the validation side, or the last where there is none:
/// <c>model/</c> and <c>scores.jsonl</c> are always of one step. The comparisons reported on never choose.
/// </summary>
internal sealed class BestModel(
    RewardModel model,
    TrainingData data,
    TrainingSettings settings,
    RunFolder folder,
    Action<RewardModel, string, TrainedModelInfo> writeModel,
    ITrainingObserver observer
)
{
    /// <summary>Comparisons whose rewards give mean and standard deviation where nothing is held out.</summary>
    private const int SampledComparisons = 256;

    /// <summary>
    /// Evaluates on the validation side and writes the model where it is the best so far, with its held-out scores;
    /// without a validation side evaluates on the held-out one and writes every model: the last is kept.
    /// </summary>
    /// <param name="progress">Where the run stands.</param>
    /// <param name="temperatures">τ, (K), or null.</param>
    /// <param name="metrics">Gets a line.</param>
    /// <param name="cache">Where hidden states below the trained layers are kept, or null.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <returns>Where the run stands then.</returns>
    public TrainingProgress Evaluate(
        TrainingProgress progress,
        double[]? temperatures,
        MetricsLog metrics,
        FrozenStateCache? cache,
        CancellationToken cancellation
    )
    {
        var chooses = data.Validation.Count > 0;
        var predictions = Predict(chooses ? data.Validation : data.HeldOut, temperatures, cache, cancellation);
        if (chooses && temperatures is not null)
            (temperatures, predictions) = Refit(temperatures, predictions);
        var report = Evaluation.Run(predictions, new EvaluationOptions { Resamples = 0, Bins = [10] }) with
        {
            Sides = Sides(),
        };
        var value = Value(report);
        var best = !chooses || progress.BestStep < 0 || value < progress.BestValue;
        var scores = progress.Scores;
        if (best)
            scores = Write(
                progress.Step,
                chooses ? Predict(data.HeldOut, temperatures, cache, cancellation) : predictions,
                predictions.Where(prediction => data.Sources.Contains(prediction.Source)),
                temperatures
            );
        metrics.Write(progress.Step, report, best);
        observer.Evaluated(progress.Step, report, best);
        return progress with
        {
            EvaluatedStep = progress.Step,
            BestStep = best ? progress.Step : progress.BestStep,
            BestValue = best ? value : progress.BestValue,
            Scores = scores,
            EvaluationsSinceBest = best ? 0 : progress.EvaluationsSinceBest + 1,
        };
    }

    /// <summary>Writes the last model where there is nothing to evaluate on.</summary>
    public TrainingProgress WriteWithoutHeldOut(
        TrainingProgress progress,
        double[]? temperatures,
        FrozenStateCache? cache,
        CancellationToken cancellation
    )
    {
        if (data.HeldOut.Count + data.Validation.Count > 0)
            return progress;
        var stride = Math.Max(1, data.Training.Count / SampledComparisons);
        TokenizedComparison[] sample =
        [
            .. Enumerable
                .Range(0, data.Training.Count)
                .Where(index => index % stride == 0)
                .Select(index => data.Training[index]),
        ];
        var scores = Write(progress.Step, [], Predict(sample, temperatures, cache, cancellation), temperatures);
        return progress with { BestStep = progress.Step, Scores = scores };
    }

    /// <summary>
    /// The full evaluation of the best model, with intervals and what each side was to it, written to
    /// <c>evaluation.json</c>.
    /// </summary>
    /// <param name="progress">Knows the checksum of the scores that it is made of.</param>
    /// <exception cref="ConcordException">The scores are not as they were written.</exception>
    public EvaluationReport Report(TrainingProgress progress)
    {
        var scores = folder.Contents.ScoresFile;
        if (progress.Scores is { } checksum && (!File.Exists(scores) || Checksums.Of(scores) != checksum))
            throw new ConcordException(
                $"{scores} is gone or damaged (its checksum is another). Remove {folder.Contents.ModelFolder}: the "
                    + $"same "
                    + $"command then makes the model of the best step and its scores again."
            );
        var report = Evaluation.Run(ScoresFile.Read(scores).Whole()) with { Sides = Sides() };
        EvaluationFile.Write(folder.Contents.EvaluationFile, report);
        return report;
    }

    private (double[] Temperatures, List<Prediction> Predictions) Refit(double[] learned, List<Prediction> predictions)
    {
        var fitted = TemperatureRefit.Fit(data.Sources, learned, predictions, settings.Temperatures.PriorDeviation);
        var ofSource = data.Sources.Zip(fitted).ToDictionary(StringComparer.Ordinal);
        return (
            fitted,
            [
                .. predictions.Select(one =>
                    ofSource.TryGetValue(one.Source, out var tau) ? one with { Temperature = tau } : one
                ),
            ]
        );
    }

    private EvaluationSides Sides()
    {
        var chosenBy = settings.Selection == Selection.Nll ? "NLL" : "accuracy";
        return new EvaluationSides(
            data.Validation.Count > 0 ? Side(data.Validation) : null,
            Side(data.HeldOut),
            data.Validation.Count == 0
                ? null
                : $"the step, by the mean {chosenBy} of the sources on the validation side"
                    + (settings.Temperatures.Enabled ? "; a temperature of each source" : "")
        );

        static EvaluationSide Side(IReadOnlyList<TokenizedComparison> comparisons) =>
            new(comparisons.Count, comparisons.Select(one => one.Comparison.PromptId).Distinct().Count());
    }

    private List<Prediction> Predict(
        IReadOnlyList<TokenizedComparison> comparisons,
        double[]? temperatures,
        FrozenStateCache? cache,
        CancellationToken cancellation
    )
    {
        var bySource = (temperatures is null ? [] : data.Sources.Zip(temperatures)).ToDictionary(
            pair => pair.First,
            pair => pair.Second,
            StringComparer.Ordinal
        );
        var predictions = new List<Prediction>(comparisons.Count);
        foreach (var one in new RewardPredictor(model, bySource, cache).Predict(comparisons, cancellation))
        {
            predictions.Add(one);
            observer.Evaluating(predictions.Count, comparisons.Count);
        }
        foreach (var prediction in predictions)
            if (!prediction.Rewards.All(double.IsFinite))
                throw new ConcordException(
                    $"Training diverged: the rewards of {prediction.File}, line {prediction.Line}, are not finite. "
                        + $"Lower the learning rate; the last checkpoint is from before it."
                );
        return predictions;
    }

    // gives the checksum of the scores
    private string Write(
        int step,
        IEnumerable<Prediction> heldOut,
        IEnumerable<Prediction> ofTrainingSources,
        double[]? temperatures
    )
    {
        double[] rewards = [.. ofTrainingSources.SelectMany(prediction => prediction.Rewards)];
        var mean = rewards.DefaultIfEmpty(0).Average();
        var deviation = Math.Sqrt(
            rewards.Select(reward => (reward - mean) * (reward - mean)).DefaultIfEmpty(0).Average()
        );
        var info = new TrainedModelInfo(step, data.Sources, temperatures, mean, deviation);
        folder.ReplaceModel(info, place => writeModel(model, place, info));
        AtomicFile.Write(folder.Contents.ScoresFile, stream => ScoresFile.Write(stream, heldOut));
        return Checksums.Of(folder.Contents.ScoresFile);
    }

    // the mean over sources of what is to be small; nothing to choose by leaves the first evaluation best
    private double Value(EvaluationReport report)
    {
        var sources = (report.WithTemperatures ?? report).Sources;
        return settings.Selection == Selection.Nll
            ? sources.Select(source => source.Nll).OfType<double>().DefaultIfEmpty(double.MaxValue).Average()
            : -sources.Select(source => source.Accuracy).OfType<double>().DefaultIfEmpty(0).Average();
    }
}
