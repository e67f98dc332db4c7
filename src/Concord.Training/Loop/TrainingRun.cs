using Concord.Modeling.Files;
using Concord.Modeling.Folders;
using Concord.Modeling.Rewards;
using Concord.Records;
using Concord.Tokenization.Comparisons;
using Concord.Training.Checkpoints;
using Concord.Training.Exchange;
using Concord.Training.Heads;
using Concord.Training.Objectives;
using Concord.Training.Optimizers;
using Concord.Training.Temperatures;
using Concord.Training.Weightings;

namespace Concord.Training.Loop;

/// <summary>
/// One training run of a reward model, from tokenised comparisons to a run folder. What it does at a step is a function
/// of data, settings and the state in its checkpoints alone: stopped and started again it ends with the same bits.
/// </summary>
public sealed class TrainingRun
{
    private readonly RewardModel model;
    private readonly TrainingData data;
    private readonly TrainingSettings settings;
    private readonly ITrainingObserver observer;
    private readonly IGradientExchange exchange;
    private readonly RunFolder folder;
    private readonly string? cacheFolder;
    private readonly string? files;
    private readonly BestModel best;
    private readonly RunBatches batches;
    private readonly SourceTemperatures temperatures;

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
        this.model = model;
        this.data = data;
        this.settings = settings;
        observer = options.Observer ?? new NoObserver();
        exchange = options.Exchange ?? new SingleProcess();
        if (settings.StartsExact && options.Exchange is not null)
            throw new ConcordException(
                "The exact head is solved for over all comparisons at once, and in a run of several processes each has "
                    + "a part of them: start from a head that was trained in one process."
            );
        batches = new RunBatches(data, settings);
        if (settings.Patience is not null && data.Validation.Count == 0)
            throw new ConcordException(
                "`patience` stops by the validation side, and there is none: raise `split.validation`, or leave "
                    + "`patience` out."
            );
        var rows = (long)batches.Batches.PerStep * data.Training.Max(one => one.Suffixes.Length);
        if (rows * model.Config.HiddenSize > Array.MaxLength)
            throw new ConcordException(
                FormattableString.Invariant(
                    $"A step of {batches.Batches.PerStep} comparisons has up to {rows} responses of {model.Config.HiddenSize} numbers each, "
                ) + "more than one array holds: lower `batches.per_source`."
            );
        temperatures = new SourceTemperatures(data.Sources.Count, settings.Temperatures);
        cacheFolder = options.FrozenStates;
        files = options.Files;
        folder = new RunFolder(options.Output, options.Config, Inputs());
        var write =
            options.WriteModel
            ?? new TrainedModelFolder(
                data,
                settings.Mode,
                options.MergeAdapters,
                options.TrainingPrompts ? step => Seen(step, options.Config) : null
            ).Write;
        var told = data.Validation.Count > 0 ? observer : new LastIsKept(observer);
        best = new BestModel(model, data, settings, folder, write, told);
    }

    /// <summary>Optimizer steps of the whole run.</summary>
    public int Steps => batches.Steps;

    /// <summary>
    /// What the run of these settings in this folder has ended with, or null where it has not ended, or never began.
    /// Only reads.
    /// </summary>
    /// <param name="output">The run's folder.</param>
    /// <param name="config">Its settings as text.</param>
    /// <param name="files">As <see cref="TrainingRunOptions.Files"/>; null leaves the data uncompared.</param>
    /// <exception cref="ConcordException">The folder holds a run of other settings, ended or not, or one that ended
    /// over other files.</exception>
    public static TrainingResult? Ended(string output, string config, string? files = null) =>
        RunFolder.Ended(output, config, files);

    /// <summary>Trains, from the newest checkpoint where there is one, to the end or until cancelled.</summary>
    /// <param name="cancellation">When cancelled, a checkpoint is written at the last whole step.</param>
    /// <exception cref="ConcordException">Data or model fail the self-check, training diverges, or a file cannot be
    /// written.</exception>
    public TrainingResult Run(CancellationToken cancellation = default)
    {
        var progress = new TrainingProgress
        {
            Steps = Steps,
            Data = data.Fingerprint(),
            Model = ModelFingerprint.Of(model),
        };
        if (folder.Ended(progress) is { } ended)
            return ended;
        using var alone = folder.Lock();
        if (folder.Reopen())
            observer.Noted(
                $"{folder.Contents.ModelFolder} is gone or not whole: the finished run's model is made again."
            );
        var checkpoints = new CheckpointStore(folder.Contents.CheckpointsFolder, settings.KeepCheckpoints);
        var checkpoint = Newest(checkpoints, progress);
        using var tensors = checkpoint?.Tensors;
        progress = checkpoint?.Progress ?? progress;

        model.SetTrained(settings.Mode, settings.LastLayers, settings.Lora);
        model.ActivationCheckpointing = settings.ActivationCheckpointing;
        var rates = settings.LearningRates;
        using var parameters = new FlatParameters(model, settings.Optimizer, rates.Backbone, rates.Head);
        using var optimizer = settings.Optimizer.Over(parameters);
        using var cache = Cache();
        using var objective = Objective(parameters, cache);
        using var metrics = MetricsLog.Open(
            folder.Contents.MetricsFile,
            data.Sources,
            progress.Step,
            progress.EvaluatedStep
        );
        var loop = new TrainingLoop(
            parameters,
            objective,
            batches.Batches,
            optimizer,
            settings,
            checkpoints,
            metrics,
            observer
        )
        {
            Progress = progress,
            Evaluate =
                data.HeldOut.Count + data.Validation.Count == 0
                    ? null
                    : (now, token) => best.Evaluate(now, Temperatures(), metrics, cache, token),
        };
        if (tensors is not null)
            loop.Resume(progress, tensors);
        int? resumed = tensors is null ? null : progress.Step;
        observer.Planned(batches.Plan());
        observer.Started(progress.Step, Steps, resumed is not null);
        if (resumed is null && (Steps > 0 || settings.StartsExact))
            SelfCheck.Run(model, batches.Batches.Batch(0).Comparisons, data);

        var whole = (resumed is not null || Begin(loop, cache, cancellation)) && loop.Run(cancellation);
        progress = loop.Progress;
        if (!whole)
            return new(TrainingOutcome.Interrupted, progress.Step, Steps, progress.BestStep, resumed, null)
            {
                HasCheckpoint = checkpoints.Any,
            };
        progress = best.WriteWithoutHeldOut(progress, Temperatures(), cache, cancellation);
        var report = best.Report(progress);
        folder.Finish(progress, files);
        return new(TrainingOutcome.Finished, progress.Step, Steps, progress.BestStep, resumed, report);
    }

    // what a model of so many steps has been fitted to, and what has chosen for it
    private TrainingPromptSet Seen(int step, string config)
    {
        static IEnumerable<string> Prompts(IEnumerable<TokenizedComparison> of) =>
            of.Select(one => one.Comparison.PromptId);
        return TrainingPromptSet.Of(
            $"{config}\n{data.Fingerprint()}",
            Prompts(batches.FittedTo(step)),
            Prompts(data.Validation.Concat(batches.SetAside))
        );
    }

    // what is read while the run writes: the model's folder with that of its base, and the files of the data
    private IEnumerable<string> Inputs()
    {
        var folders = model.Folder is { } own
            ? ReadingFiles.Of(own).Select(file => Path.GetDirectoryName(file)!).Prepend(own)
            : [];
        var read = data.Training.Concat(data.HeldOut).Concat(data.Validation);
        return folders.Concat(read.Select(one => one.Comparison.Origin.File).Distinct().Where(File.Exists));
    }

    // false where it was cancelled: the head is solved for again then, of the hidden states that are kept. What it
    // found is in the first checkpoint.
    private bool Begin(TrainingLoop loop, FrozenStateCache? cache, CancellationToken cancellation)
    {
        if (!settings.StartsExact)
            return true;
        using var kept = new KeptStates(
            Path.Combine(folder.Contents.CheckpointsFolder, "hidden.states"),
            $"{loop.Progress.Model} {loop.Progress.Data} {model.Device.type} {model.HasBf16Products} "
                + $"{typeof(RewardModel).Module.ModuleVersionId}",
            observer.Noted
        );
        try
        {
            var head = new ExactHead(model, data, settings, observer) { Cache = cache, Kept = kept };
            var ridge = head.Set(batches.Batches, cancellation);
            loop.Begin(loop.Progress with { HeadRidge = ridge });
            kept.Remove();
            return true;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private RankingObjective Objective(FlatParameters parameters, FrozenStateCache? cache)
    {
        settings.Weighting.Start(new WeightingContext(data.Sources, model.Config.HiddenSize, settings.Seed));
        return new(model, parameters, settings.Loss, settings.Batches, settings.Weighting, temperatures)
        {
            Exchange = exchange,
            Cache = cache,
            Progressed = observer.Computing,
            Learner = settings.Temperatures.Enabled ? Learner(cache) : null,
        };
    }

    // of the validation side, else of what was set aside of the training comparisons
    private TemperatureLearner Learner(FrozenStateCache? cache)
    {
        IReadOnlyList<TokenizedComparison> unseen =
            data.Validation.Count > 0 ? data.ValidationOfSources : batches.SetAside;
        return new(
            temperatures,
            settings.Loss,
            unseen,
            [.. unseen.Select(data.SourceOf)],
            settings.Batches.PerSource,
            batches.Batches.Comparisons,
            settings.Seed
        )
        {
            Cache = cache,
            Exchange = exchange,
        };
    }

    private FrozenStateCache? Cache() =>
        cacheFolder is not null && model.FirstTrainedLayer > 0
            ? new FrozenStateCache(cacheFolder, model, observer.Noted)
            : null;

    // the newest checkpoint, if it is of this run
    private (TrainingProgress Progress, SafetensorsFile Tensors)? Newest(CheckpointStore store, TrainingProgress start)
    {
        if (store.Newest(say: observer.Noted) is not var (found, tensors))
            return null;
        var other =
            found.Model != start.Model ? "began from another model"
            : found.Data != start.Data || found.Steps != start.Steps
                ? "is of other data: files, split, tokenizer or rendering have changed"
            : null;
        if (other is null)
            return WithItsModel(store, found, tensors);
        tensors.Dispose();
        throw new ConcordException(
            $"{folder.Contents.CheckpointsFolder}: the checkpoint of step {found.Step} {other}. Name another output "
                + $"folder, or bring "
                + $"back what was there."
        );
    }

    // where the model of the best step is gone, a checkpoint from which the run comes to that step again
    private (TrainingProgress Progress, SafetensorsFile Tensors)? WithItsModel(
        CheckpointStore store,
        TrainingProgress found,
        SafetensorsFile tensors
    )
    {
        if (found.BestStep < 0 || KeptModel.IsThere(folder.Contents))
            return (found, tensors);
        tensors.Dispose();
        var lost = FormattableString.Invariant($"The model of step {found.BestStep}, the best so far, is gone");
        if (store.Newest(found.BestStep, observer.Noted) is not var (earlier, at))
        {
            observer.Noted($"{lost}, and no checkpoint from before it is kept: the run begins anew.");
            return null;
        }
        observer.Noted(FormattableString.Invariant($"{lost}: the run goes on from step {earlier.Step}."));
        // the weights of that very step are evaluated, and written, once more
        return earlier.BestStep < earlier.Step
            ? (earlier, at)
            : (
                earlier with
                {
                    EvaluatedStep = earlier.Step - 1,
                    BestStep = -1,
                    BestValue = null,
                    Scores = null,
                    EvaluationsSinceBest = 0,
                },
                at
            );
    }

    private double[]? Temperatures() => settings.Temperatures.Enabled ? temperatures.Values.ToArray() : null;
}
