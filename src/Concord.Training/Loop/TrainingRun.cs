using System.Diagnostics;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Concord.Modeling.Rewards;
using Concord.Tokenization.Comparisons;
using Concord.Training.Batches;
using Concord.Training.Checkpoints;
using Concord.Training.Optimizers;
using Concord.Training.Temperatures;
using Concord.Training.Weightings;
using TorchSharp;

namespace Concord.Training.Loop;

/// <summary>
/// One training run, from a model and tokenised comparisons to a run folder. What it does at a step is a function of
/// data, settings and the state in its checkpoints alone: stopped and started again it ends with the same bits.
/// </summary>
public sealed class TrainingRun
{
    /// <summary>
    /// The share of prompts that is set aside for source temperatures where comparisons are trained on more than once.
    /// </summary>
    private const double SetAsideShare = .1;

    private readonly RewardModel _model;
    private readonly TrainingData _data;
    private readonly TrainingSettings _settings;
    private readonly ITrainingObserver _observer;
    private readonly IGradientExchange _exchange;
    private readonly RunFolder _folder;
    private readonly string? _cacheFolder;
    private readonly BestModel _best;
    private readonly TokenizedComparison[] _training,
        _setAside = [];
    private readonly BatchPlan _plan;
    private readonly GradientMomentum? _momentum;
    private readonly SourceTemperatures _temperatures;
    private readonly IWeighting _weighting;

    /// <summary>Prepares a run; nothing is trained yet.</summary>
    /// <param name="model">The model to train; its trained part is chosen by the settings.</param>
    /// <param name="data">Comparisons.</param>
    /// <param name="settings">Everything else that decides the result.</param>
    /// <param name="options">Where it is kept.</param>
    /// <exception cref="ConcordException">Settings and data do not fit, or the folder holds another run.</exception>
    public TrainingRun(RewardModel model, TrainingData data, TrainingSettings settings, TrainingRunOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(options);
        settings.Validate(data.Sources);
        (_model, _data, _settings) = (model, data, settings);
        (_observer, _exchange) = (options.Observer ?? new NoObserver(), options.Exchange ?? new SingleProcess());
        _training = [.. data.Training];
        _plan = Plan(_training);
        Steps = StepsOf(_plan);
        if (settings.Temperatures.Enabled && _plan.Repeats(Steps) && SetAside(data.Training) is { Length: > 0 } aside)
        {
            _setAside = aside;
            _training = [.. data.Training.Except(aside)];
            _plan = Plan(_training);
            Steps = StepsOf(_plan);
        }
        _weighting = WeightingRegistry.Create(settings.Weighting, data.Sources);
        _temperatures = new SourceTemperatures(data.Sources.Count, settings.Temperatures);
        if (_weighting.NeedsGradients)
        {
            var start = GradientMomentum.StartVector(
                settings.Weighting.MomentumStart,
                model.Config.HiddenSize,
                settings.Seed
            );
            _momentum = new GradientMomentum(data.Sources.Count, settings.Weighting.Alpha, start);
        }
        _cacheFolder = options.FrozenStates;
        _folder = new RunFolder(options.Output, options.Config);
        _best = new BestModel(model, data, settings, _folder, options.WriteModel, _observer);
    }

    /// <summary>Optimizer steps of the whole run.</summary>
    public int Steps { get; }

    /// <summary>MORE's averages, for tests; null where the weighting has none.</summary>
    internal GradientMomentum? Momentum => _momentum;

    /// <summary>
    /// What the run of these settings in this folder has ended with, or null where it has not ended, or never began.
    /// Only reads.
    /// </summary>
    /// <param name="output">The run's folder.</param>
    /// <param name="config">Its settings as text.</param>
    /// <exception cref="ConcordException">The folder holds a run of other settings, ended or not.</exception>
    public static TrainingResult? Ended(string output, string config) => RunFolder.Ended(output, config);

    /// <summary>Trains, from the newest checkpoint where there is one, to the end or until cancelled.</summary>
    /// <param name="cancellation">When cancelled, a checkpoint is written at the last whole step.</param>
    /// <exception cref="ConcordException">Data or model fail the self-check, training diverges, or a file cannot be
    /// written.</exception>
    public TrainingResult Run(CancellationToken cancellation = default)
    {
        if (_folder.Ended() is { } ended)
            return ended;
        using var alone = _folder.Lock();
        var start = ModelFingerprint.Of(_model);
        _model.SetTrained(_settings.Mode, _settings.LastLayers, _settings.Lora);
        _model.ActivationCheckpointing = _settings.ActivationCheckpointing;
        var rates = _settings.LearningRates;
        using var parameters = new FlatParameters(_model, _settings.Optimizer, rates.Backbone, rates.Head);
        using IOptimizer optimizer =
            _settings.Optimizer.Kind == OptimizerKind.AdamW
                ? new AdamW(parameters, _settings.Optimizer)
                : new Sgd(parameters);
        var state = new StateTensors(parameters, optimizer, _momentum, _temperatures);
        var store = new CheckpointStore(_folder.Checkpoints, _settings.KeepCheckpoints);
        var progress = new TrainingProgress
        {
            Steps = Steps,
            Data = _data.Fingerprint(),
            Model = start,
        };
        var resumed = Resume(store, state, ref progress);
        using var metrics = MetricsLog.Open(_folder.Metrics, _data.Sources, progress.Step, progress.EvaluatedStep);
        _observer.Started(progress.Step, Steps, resumed is not null);

        using var cache =
            _cacheFolder is not null && _model.FirstTrainedLayer > 0
                ? new FrozenStateCache(_cacheFolder, _model, _observer.Noted)
                : null;
        using var step = new TrainingStep(
            _model,
            _settings,
            _data.Sources.Count,
            _weighting,
            _momentum,
            _temperatures,
            _exchange,
            parameters,
            cache
        );
        var learner = Learner(cache);
        var (saved, clock) = (progress, Stopwatch.StartNew());
        try
        {
            if (resumed is null && Steps > 0)
                SelfCheck.Run(_model, [.. _plan.Batch(0).Items.Select(item => _training[item])], _data);
            while (true)
            {
                if (IsEvaluationDue(progress))
                    progress = _best.Evaluate(progress, Temperatures(), metrics, cache, cancellation);
                if (IsDone(progress))
                    break;
                if (IsCheckpointDue(progress, saved, clock))
                    Save();
                cancellation.ThrowIfCancellationRequested();
                progress = Step(progress, step, learner, parameters, optimizer, metrics, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            if (progress != saved)
                Save(); // a run cancelled before its first step begins anew
            return new(TrainingOutcome.Interrupted, progress.Step, Steps, progress.BestStep, resumed, null);
        }
        if (progress != saved)
            Save();
        progress = _best.WriteWithoutHeldOut(progress, Temperatures(), cache, cancellation);
        var report = _best.Report();
        _folder.Finish(progress.Step, Steps, progress.BestStep);
        return new(TrainingOutcome.Finished, progress.Step, Steps, progress.BestStep, resumed, report);

        void Save()
        {
            using var scope = torch.NewDisposeScope();
            var place = store.Save(progress, state.All());
            saved = progress;
            clock.Restart();
            _observer.CheckpointWritten(progress.Step, place);
        }
    }

    private TrainingProgress Step(
        TrainingProgress progress,
        TrainingStep step,
        TemperatureLearner? learner,
        FlatParameters parameters,
        IOptimizer optimizer,
        MetricsLog metrics,
        CancellationToken cancellation
    )
    {
        var watch = Stopwatch.StartNew();
        var (items, fresh) = _plan.Batch(progress.Step);
        TokenizedComparison[] comparisons = [.. items.Select(item => _training[item])];
        int[] sources = [.. comparisons.Select(_data.SourceOf)];
        var (before, temperatures) = (_momentum?.Values.ToArray(), _temperatures.Values.ToArray());
        StepOutcome outcome;
        try
        {
            outcome = step.Run(comparisons, sources, cancellation);
        }
        catch (OperationCanceledException)
        {
            // the step has not been: it is taken whole when the run goes on
            if (before is not null)
                _momentum!.Restore(before);
            throw;
        }
        _exchange.Sum(parameters.Gradients);
        var updating = Stopwatch.StartNew();
        var norm = parameters.GradientNorm();
        updating.Stop();
        if (!double.IsFinite(norm) || !double.IsFinite(outcome.Loss))
            throw new ConcordException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Training diverged at step {progress.Step + 1}: the loss is {outcome.Loss}, the gradient's "
                        + $"norm {norm} ({parameters.NotFinite() ?? "all parameters"}). Lower the learning rate."
                )
            );
        learner?.Step(_model, progress.Step, comparisons, sources, fresh, outcome.Rewards);
        var factor = _settings.Schedule.Factor(progress.Step, Steps);
        updating.Start();
        optimizer.Step(factor, _settings.Optimizer.ClipNorm is { } limit && norm > limit ? limit / norm : 1);
        updating.Stop();

        var report = new StepReport
        {
            Step = progress.Step + 1,
            Steps = Steps,
            Epoch = (progress.Step + 1.0) / _plan.StepsPerEpoch,
            Loss = outcome.Loss,
            Losses = outcome.Losses,
            Weights = outcome.Weights,
            Temperatures = temperatures,
            Spread = outcome.Spread,
            Cosines = outcome.Cosines,
            LearningRate = _settings.LearningRates.Backbone * factor,
            HeadLearningRate = _settings.LearningRates.Head * factor,
            GradientNorm = norm,
            Comparisons = comparisons.Length,
            Tokens = outcome.Tokens,
            Seconds = watch.Elapsed.TotalSeconds,
            OptimizerSeconds = updating.Elapsed.TotalSeconds,
        };
        metrics.Write(report);
        _observer.Stepped(report);
        return progress with { Step = progress.Step + 1 };
    }

    private int? Resume(CheckpointStore store, StateTensors state, ref TrainingProgress progress)
    {
        if (store.Newest() is not var (found, tensors))
            return null;
        using (tensors)
        {
            var other =
                found.Model != progress.Model ? "began from another model"
                : found.Data != progress.Data || found.Steps != progress.Steps
                    ? "is of other data: files, split, tokenizer or rendering have changed"
                : null;
            if (other is not null)
                throw new ConcordException(
                    $"{_folder.Checkpoints}: the checkpoint of step {found.Step} {other}. Name another output "
                        + $"folder, or bring back what was there."
                );
            state.Load(tensors, found.Step);
        }
        progress = found;
        return found.Step;
    }

    private bool IsEvaluationDue(TrainingProgress progress) =>
        _data.HeldOut.Count > 0
        && progress.EvaluatedStep != progress.Step
        && (
            progress.Step == Steps
            || (progress.Step > 0 && progress.Step % (_settings.EvaluateEvery ?? _plan.StepsPerEpoch) == 0)
        );

    private bool IsDone(TrainingProgress progress) =>
        progress.Step == Steps || (_settings.Patience is { } patience && progress.EvaluationsSinceBest >= patience);

    // after an evaluation too: the best model is on disk then, and evaluating again costs more than a checkpoint
    private bool IsCheckpointDue(TrainingProgress progress, TrainingProgress saved, Stopwatch clock) =>
        progress != saved
        && (
            progress.EvaluatedStep != saved.EvaluatedStep
            || (_settings.CheckpointEvery is { } every && progress.Step % every == 0)
            || clock.Elapsed.TotalSeconds >= _settings.CheckpointSeconds
        );

    private double[]? Temperatures() => _settings.Temperatures.Enabled ? _temperatures.Values.ToArray() : null;

    private BatchPlan Plan(TokenizedComparison[] training) =>
        new(_settings.Batches, _data.Sources, [.. training.Select(_data.SourceOf)], _settings.Seed);

    private int StepsOf(BatchPlan plan) =>
        Math.Min(plan.StepsFor(_settings.Epochs), _settings.MaximumSteps ?? int.MaxValue);

    private TemperatureLearner? Learner(FrozenStateCache? cache) =>
        !_settings.Temperatures.Enabled
            ? null
            : new TemperatureLearner(
                _temperatures,
                _settings.Loss,
                _setAside,
                [.. _setAside.Select(_data.SourceOf)],
                _settings.Batches.PerSource,
                _plan.StepsPerEpoch,
                _settings.Seed
            )
            {
                Cache = cache,
            };

    // by prompt, so that what is set aside is not half seen; nothing where a source would be left without a comparison
    private TokenizedComparison[] SetAside(IReadOnlyList<TokenizedComparison> training)
    {
        bool IsAside(TokenizedComparison comparison) =>
            XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(comparison.Comparison.PromptId), _settings.Seed)
            < SetAsideShare * ulong.MaxValue;
        var left = training.Where(comparison => !IsAside(comparison)).Select(_data.SourceOf).Distinct().Count();
        return left < _data.Sources.Count ? [] : [.. training.Where(IsAside)];
    }
}
