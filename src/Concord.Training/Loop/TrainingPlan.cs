using System.Globalization;

namespace Concord.Training.Loop;

/// <summary>What a run is about to do: known before its first step.</summary>
public sealed record TrainingPlan
{
    /// <summary>A source whose comparisons are each seen so often is warned about.</summary>
    private const double OftenSeen = 10;

    /// <summary>Fewer held-out prompts of a source say next to nothing; nor is its calibration tested then.</summary>
    public const int FewestHeldOut = 20;

    /// <summary>Optimizer steps.</summary>
    public required int Steps { get; init; }

    /// <summary>Steps of an epoch: until the longest source has been seen once.</summary>
    public required int StepsPerEpoch { get; init; }

    /// <summary>Comparisons of a step.</summary>
    public required int ComparisonsPerStep { get; init; }

    /// <summary>Tokens of all steps together, prompts once; about, since batches differ.</summary>
    public required long Tokens { get; init; }

    /// <summary>The sources, in their order.</summary>
    public required IReadOnlyList<SourcePlan> Sources { get; init; }

    /// <summary>The source that an epoch goes by, the longest.</summary>
    public SourcePlan Longest => Sources.MaxBy(source => source.Drawn / Math.Max(source.PerStep, 1e-9))!;

    /// <summary>What a run of these settings would do.</summary>
    /// <param name="data">Its comparisons.</param>
    /// <param name="settings">Its settings.</param>
    /// <exception cref="ConcordException">A setting is outside its range, or a source has no comparison.</exception>
    public static TrainingPlan Of(TrainingData data, TrainingSettings settings)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate(data.Sources);
        return new RunBatches(data, settings).Plan();
    }

    /// <summary>What a person should look at before hours are spent, in sentences.</summary>
    public IEnumerable<string> Warnings()
    {
        foreach (var source in Sources.Where(source => source.TimesSeen >= OftenSeen))
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"warning: {source.Name}: {source.Drawn:#,0} drawn from {source.Comparisons:#,0}: each seen "
                    + $"{source.TimesSeen:0} times"
            );
        if (Sources.All(source => source.HeldOut == 0))
        {
            yield return "warning: nothing is held out: the run will not say what its model is worth";
            yield break;
        }
        SourcePlan[] few = [.. Sources.Where(source => source.HeldOutPrompts < FewestHeldOut)];
        if (few.Length > 0)
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"warning: fewer than {FewestHeldOut} prompts are held out of "
                    + $"{string.Join(", ", few.Select(Said))}: the numbers of so few say next to nothing"
            );

        static string Said(SourcePlan source) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{source.Name} ({source.HeldOut} comparisons, {source.HeldOutPrompts} prompts)"
            );
    }
}

/// <summary>What a run is about to do with a source.</summary>
public sealed record SourcePlan
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Different comparisons that are trained on: limits and resampling leave some out.</summary>
    public required int Comparisons { get; init; }

    /// <summary>How many a step takes, on average.</summary>
    public required double PerStep { get; init; }

    /// <summary>How many all steps take, one counted as often as it is taken.</summary>
    public required long Drawn { get; init; }

    /// <summary>How often each is seen, on average.</summary>
    public double TimesSeen => Comparisons == 0 ? 0 : (double)Drawn / Comparisons;

    /// <summary>Comparisons set aside of those to train on, from which temperatures are learned.</summary>
    public required int SetAside { get; init; }

    /// <summary>Comparisons of the validation side.</summary>
    public required int Validation { get; init; }

    /// <summary>Comparisons held out.</summary>
    public required int HeldOut { get; init; }

    /// <summary>Prompts of those.</summary>
    public required int HeldOutPrompts { get; init; }
}
