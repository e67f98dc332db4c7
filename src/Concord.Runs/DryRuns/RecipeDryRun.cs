using Concord.Modeling.Backbones;
using Concord.Modeling.Folders;
using Concord.Runs.Data;
using Concord.Runs.Recipes;
using Concord.Training.Loop;

namespace Concord.Runs.DryRuns;

/// <summary>Says what a recipe would do and take, and writes nothing where the run would.</summary>
/// <param name="recipe">The recipe.</param>
/// <param name="say">Told in a line what is chosen and what a person should know.</param>
public sealed class RecipeDryRun(Recipe recipe, Action<string> say)
{
    /// <summary>Looks at data and model, and measures a part of the first batch.</summary>
    /// <param name="data">The recipe's data.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ConcordException">Data or settings do not fit, or the model's config or tokenizer cannot be
    /// used. A model that cannot be opened, or does not fit into memory, is none: what it takes is
    /// computed.</exception>
    public DryRunReport Run(RunData data, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        var settings = data.Account.Sharing(recipe.Training with { Seed = recipe.Seed });
        settings.Validate(data.Account.Sources);
        var loss = new DataLoss(recipe.Strict, recipe.DataLossLimit);
        loss.Check(data.Account);
        // what only a run's folder can hold is made beside, and removed
        var scratch = Directory.CreateTempSubdirectory("concord-dry-run-").FullName;
        try
        {
            var folder = RunModel.Folder(recipe, scratch);
            var all = data.Tokens(() => RunModel.Encoding(recipe, folder), cancellation);
            loss.Check(data.Account, all.About.Refused, all.Counts());
            var tokens = ValidationSide.Take(all, recipe.Split, settings, data.Account.Sources);
            var run = new TrainingData(tokens.Training, tokens.HeldOut, data.Account.Sources, tokens.Validation);
            return Report(data, tokens, run, settings, folder, scratch, cancellation);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private DryRunReport Report(
        RunData data,
        RunTokens tokens,
        TrainingData run,
        TrainingSettings settings,
        string folder,
        string scratch,
        CancellationToken cancellation
    )
    {
        var plan = TrainingPlan.Of(run, settings);
        var perStep = plan.Steps == 0 ? 0 : (double)plan.Tokens / plan.Steps;
        string[] folders = [folder, .. ReadingFiles.Of(folder).Select(file => Path.GetDirectoryName(file)!)];
        var shape = new MemoryEstimate(
            BackboneConfig.Read(folders[^1]), // of adapters, their base's
            (int)Math.Min(settings.Batches.TokenBudget, Math.Max(1, perStep))
        );
        var needed = shape.Train(settings.Mode, settings.LastLayers, settings.ActivationCheckpointing);
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var (rehearsal, why) =
            needed > available
                ? (null, "the model does not fit into this machine's memory")
                : Rehearse(run, settings, scratch, cancellation);
        var (step, scored) = rehearsal is null
            ? ComputedTime.Of(shape, settings, perStep, recipe.Precision == "bf16")
            : (rehearsal.SecondsPerStep, rehearsal.SecondsPerScoredToken);
        var trained = rehearsal?.TrainedParameters ?? shape.TrainedParameters(settings.Mode, settings.LastLayers);
        return new DryRunReport
        {
            Plan = plan,
            Notes =
            [
                .. data.Account.Notes,
                .. ModelTraining.Said(tokens.About, data.Account),
                .. ValidationSide.Notes(tokens, recipe.Split, settings, data.Account.Sources),
            ],
            SecondsPerStep = step,
            EvaluationSeconds = scored * ScoredTokens(run, plan, settings),
            WhyComputed = why,
            MeasuredTokens = rehearsal?.Tokens ?? 0,
            MemoryBytes = rehearsal?.PeakBytes ?? needed,
            AvailableBytes = available,
            Disk = RunDisk.Of(recipe, shape, trained, tokens),
        };
    }

    private (TrainingRehearsal? Rehearsal, string? Why) Rehearse(
        TrainingData run,
        TrainingSettings settings,
        string scratch,
        CancellationToken cancellation
    )
    {
        try
        {
            using var model = RunModel.Open(recipe, scratch, say);
            return (TrainingRehearsal.Of(model, run, settings, cancellation), null);
        }
        catch (ConcordException error)
        {
            return (null, $"the model cannot be opened: {error.Message}");
        }
    }

    // the side that is looked at on the way, and the held-out one at least once
    private static double ScoredTokens(TrainingData run, TrainingPlan plan, TrainingSettings settings)
    {
        double Tokens(IReadOnlyList<Tokenization.Comparisons.TokenizedComparison> side) =>
            side.Sum(one => (double)one.PackedLength);
        var times = Math.Max(1, plan.Steps / (settings.EvaluateEvery ?? plan.StepsPerEpoch));
        return run.Validation.Count > 0
            ? times * (Tokens(run.Validation) + Tokens(run.HeldOut))
            : times * Tokens(run.HeldOut);
    }
}
