using System.IO.Hashing;
using System.Text;
using Concord.Modeling;
using Concord.Tokenization.Comparisons;
using Concord.Training.Batches;

namespace Concord.Training.Loop;

/// <summary>
/// Which comparisons a run trains on in which step, and which it sets aside for temperatures: a function of data and
/// settings alone.
/// </summary>
internal sealed class RunBatches
{
    /// <summary>
    /// The share of prompts that is set aside for source temperatures where comparisons are trained on more than once
    /// and there is no validation side.
    /// </summary>
    private const double SetAsideShare = .1;

    private readonly TrainingData data;
    private readonly TrainingSettings settings;

    /// <summary>Lays out a run.</summary>
    /// <exception cref="ConcordException">A setting is outside its range, or a source has no comparison.</exception>
    public RunBatches(TrainingData data, TrainingSettings settings)
    {
        (this.data, this.settings) = (data, settings);
        Batches = Over([.. Enumerable.Range(0, data.Training.Count)]);
        Steps = StepsOf(Batches);
        if (
            !settings.Temperatures.Enabled
            || data.Validation.Count > 0
            || !Batches.Repeats(Steps)
            || Aside() is not { Length: > 0 } aside
        )
            return;
        SetAside = [.. aside.Select(item => data.Training[item])];
        var apart = aside.ToHashSet();
        Batches = Over([.. Enumerable.Range(0, data.Training.Count).Where(item => !apart.Contains(item))]);
        Steps = StepsOf(Batches);
    }

    /// <summary>The batches.</summary>
    public BatchPlan Batches { get; }

    /// <summary>Optimizer steps of the whole run.</summary>
    public int Steps { get; }

    /// <summary>Comparisons set aside of those to train on.</summary>
    public TokenizedComparison[] SetAside { get; } = [];

    /// <summary>What of the training comparisons a model of so many steps has been fitted to.</summary>
    public IEnumerable<TokenizedComparison> FittedTo(int step) =>
        settings.StartsExact ? Batches.Drawn() : Batches.Taken(step);

    /// <summary>What the run is about to do.</summary>
    public TrainingPlan Plan()
    {
        var perStep = Batches.PerBatch(data.Sources.Count);
        var drawn = Batches.Drawn().ToLookup(data.SourceOf);
        SourcePlan[] sources =
        [
            .. data.Sources.Select(
                (name, i) =>
                    new SourcePlan
                    {
                        Name = name,
                        Comparisons = Batches.Comparisons[i],
                        PerStep = perStep[i],
                        Drawn = (long)Math.Round(perStep[i] * Steps),
                        SetAside = Of(SetAside, name).Count(),
                        Validation = Of(data.Validation, name).Count(),
                        HeldOut = Of(data.HeldOut, name).Count(),
                        HeldOutPrompts = Of(data.HeldOut, name)
                            .Select(one => one.Comparison.PromptId)
                            .Distinct()
                            .Count(),
                    }
            ),
        ];
        return new TrainingPlan
        {
            Steps = Steps,
            StepsPerEpoch = Batches.StepsPerEpoch,
            ComparisonsPerStep = Batches.PerStep,
            Tokens = (long)
                sources.Select((source, i) => source.Drawn * drawn[i].Average(one => one.PackedLength)).Sum(),
            Sources = sources,
        };

        static IEnumerable<TokenizedComparison> Of(IEnumerable<TokenizedComparison> side, string name) =>
            side.Where(one => one.Comparison.Source == name);
    }

    private BatchPlan Over(int[] items) =>
        new(
            settings.Batches,
            data.Sources,
            [.. items.Select(item => data.Training[item])],
            [.. items.Select(item => data.TrainingSources[item])],
            settings.Seed
        );

    private int StepsOf(BatchPlan of) =>
        settings.Mode == TrainedParts.HeadExact
            ? 0
            : Math.Min(of.StepsFor(settings.Epochs), settings.MaximumSteps ?? int.MaxValue);

    // by prompt, so that what is set aside is not half seen; nothing where a source would be left without a comparison
    private int[] Aside()
    {
        bool IsAside(TokenizedComparison comparison) =>
            XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(comparison.Comparison.PromptId), settings.Seed)
            < SetAsideShare * ulong.MaxValue;
        var aside = data.Training.Select(IsAside).ToArray();
        var left = data.TrainingSources.Where((_, item) => !aside[item]).Distinct().Count();
        return left < data.Sources.Count ? [] : [.. Enumerable.Range(0, aside.Length).Where(item => aside[item])];
    }
}
