using Concord.Cli.Recipes;
using Concord.Cli.Terminals;
using Concord.Modeling;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using Concord.Modeling.Weights;
using Concord.Preferences;
using Concord.Training.Loop;

namespace Concord.Cli.Runs;

/// <summary>Carries out a recipe: data, model, ids, training, model folder.</summary>
/// <param name="recipe">The recipe; its output folder is set.</param>
/// <param name="terminal">Log lines and progress go to its <see cref="Terminal.Error"/>.</param>
internal sealed class RecipeRun(Recipe recipe, Terminal terminal)
{
    private const int ComparedAfterSaving = 8;

    /// <summary>The run's folder.</summary>
    public string Output { get; } = recipe.Output ?? throw new ArgumentException("The recipe has no output folder.", nameof(recipe));

    /// <summary>Trains, or goes on, to the end or until cancelled.</summary>
    /// <param name="comparisons">The recipe's comparisons.</param>
    /// <param name="observer">Is told what training does.</param>
    /// <param name="cancellation">When cancelled, a checkpoint is written.</param>
    /// <exception cref="ConcordException">Data, model or settings do not fit; the message says what to do.</exception>
    public TrainingResult Train(RunComparisons comparisons, ITrainingObserver observer, CancellationToken cancellation)
    {
        var (model, folder) = RunModel.Open(recipe, Output, terminal.Error.WriteLine);
        using var opened = model;
        var encoding = new ModelEncoding(model, folder);
        var training = Encode(comparisons.Training, encoding, "to train on", cancellation);
        var heldOut = Encode(comparisons.HeldOut, encoding, "held out", cancellation);
        var tokenizer = encoding.Tokenizer;
        if (model.Pooling is Pooling.Mean or Pooling.Max)
        {
            terminal.Error.WriteLine($"warning: pooling {PoolingNames.Of(model.Pooling)} is Concord's own: transformers will load the model and score otherwise.");
            terminal.Error.WriteLine("Choose last or eos where that matters.");
        }
        var data = new TrainingData(training, heldOut, comparisons.Sources)
        {
            BosTokenId = tokenizer?.BosId,
            BosMayRepeat = encoding.Rendering == Modeling.Rendering.DialogueRendering.Chat || tokenizer?.BosId == tokenizer?.EosId,
        };
        var settings = recipe.Training with
        {
            Seed = recipe.Seed,
            Batches = recipe.Training.Batches with { Shares = comparisons.Shares },
            Lora = recipe.Training.Lora with { Seed = (ulong)recipe.Seed },
        };
        var run = new TrainingRun(model, data, settings, new TrainingRunOptions
        {
            Output = Output,
            Config = RecipeFile.Write(recipe),
            WriteModel = (trained, place, info) => Write(trained, place, info, [.. heldOut.Concat(training).Take(ComparedAfterSaving)], tokenizer?.PadId),
            Observer = observer,
            FrozenStates = recipe.Cache,
        });
        comparisons.WriteProblems(Output);
        return run.Run(cancellation);
    }

    private void Write(RewardModel model, string folder, TrainedModelInfo info, IReadOnlyList<TokenizedComparison> sample, int? padId)
    {
        model.Settings = model.Settings with
        {
            Sources = [.. info.Sources.Select((name, i) => new SourceTemperature(name, info.Temperatures?[i] ?? 1))],
            RewardMean = info.RewardMean,
            RewardStandardDeviation = info.RewardStandardDeviation,
        };
        if (recipe.Training.Mode != TrainedParts.Adapters) model.Save(folder, sample, padId);
        else if (!recipe.Model.Merged) model.SaveAdapter(folder, sample);
        else SaveMerged(model, folder, sample, padId);
    }

    // The model in training keeps its adapters: they are added to a copy of the base, read again.
    private static void SaveMerged(RewardModel model, string folder, IReadOnlyList<TokenizedComparison> sample, int? padId)
    {
        var adapter = folder + ".adapter";
        model.SaveAdapter(adapter, sample);
        using (var copy = RewardModel.Load(adapter, new RewardModelOptions { Device = model.Device }))
        {
            copy.MergeAdapters();
            copy.Save(folder, sample, padId);
        }
        Directory.Delete(adapter, recursive: true);
    }

    private TokenizedComparison[] Encode(IReadOnlyList<Comparison> comparisons, ModelEncoding encoding, string which, CancellationToken cancellation)
    {
        var encoded = new TokenizedComparison?[comparisons.Count];
        var errors = new ConcordException?[comparisons.Count];
        Parallel.For(0, encoded.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            try
            {
                encoded[i] = encoding.Encode(comparisons[i]);
            }
            catch (ConcordException error)
            {
                errors[i] = error;
            }
        });
        if (Array.Find(errors, error => error is not null) is { } first) throw first;
        int cut = encoded.Count(one => one is { Truncated: true }), responses = encoded.Count(one => one is { ResponseCut: true });
        var dropped = encoded.Count(one => one is null);
        if (cut + dropped > 0)
        {
            var policy = $"truncation {EncodingNames.Of(encoding.Truncation)}";
            terminal.Error.WriteLine(FormattableString.Invariant(
                $"{policy} at {encoding.MaximumLength} tokens: of {encoded.Length} comparisons {which}, {cut} cut, {responses} with a response cut, {dropped} left out"));
        }
        return [.. encoded.OfType<TokenizedComparison>()];
    }
}
