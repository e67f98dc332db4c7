using Concord.Preferences.Sampling;
using Concord.Training.Loop;

namespace Concord.Runs.Data;

/// <summary>
/// Takes the validation side of a run from its training comparisons, where the settings choose by what they see on the
/// way. It is taken of the ids, which are kept whole: one file of them serves runs with and without.
/// </summary>
internal static class ValidationSide
{
    /// <summary>The ids with the side taken, or as they are where nothing is chosen.</summary>
    /// <param name="tokens">Training comparisons and held-out ones.</param>
    /// <param name="split">Share, limits and seed.</param>
    /// <param name="settings">Those of training, with the sources' shares.</param>
    /// <param name="sources">The K source names.</param>
    public static RunTokens Take(
        RunTokens tokens,
        PromptSplit split,
        TrainingSettings settings,
        IReadOnlyList<string> sources
    )
    {
        if (split.Validation == 0 || tokens.Validation.Count > 0 || !Chooses(tokens, settings, sources))
            return tokens;
        var (training, validation) = split.TakeValidation([.. tokens.Training.Select(one => one.Comparison)]);
        var trained = training.ToHashSet(ReferenceEqualityComparer.Instance);
        var aside = validation.ToHashSet(ReferenceEqualityComparer.Instance);
        return tokens with
        {
            Training = [.. tokens.Training.Where(one => trained.Contains(one.Comparison))],
            Validation = [.. tokens.Training.Where(one => aside.Contains(one.Comparison))],
        };
    }

    /// <summary>Whether a run of these settings chooses anything by what it sees on the way.</summary>
    public static bool Chooses(RunTokens tokens, TrainingSettings settings, IReadOnlyList<string> sources)
    {
        var indices = sources.Index().ToDictionary(one => one.Item, one => one.Index, StringComparer.Ordinal);
        return settings.Chooses(sources, [.. tokens.Training.Select(one => indices[one.Comparison.Source])]);
    }

    /// <summary>What a person should know of the side, in lines.</summary>
    /// <param name="tokens">The ids, with the side taken.</param>
    /// <param name="split">As taken by.</param>
    /// <param name="settings">Those of training.</param>
    /// <param name="sources">The K source names.</param>
    public static IEnumerable<string> Notes(
        RunTokens tokens,
        PromptSplit split,
        TrainingSettings settings,
        IReadOnlyList<string> sources
    )
    {
        if (!Chooses(tokens, settings, sources))
            yield break;
        var counts = tokens
            .Validation.GroupBy(one => one.Comparison.Source)
            .ToDictionary(own => own.Key, own => own.Count(), StringComparer.Ordinal);
        var what = settings.Temperatures.Enabled
            ? "the step that is kept and the temperatures"
            : "the step that is kept";
        if (counts.Count > 0)
            yield return $"validation: {string.Join(", ", counts.Select(one => $"{one.Value} of {one.Key}"))} are "
                + $"looked at to choose {what}, and neither trained on nor reported";
        string[] none = [.. sources.Where(name => !counts.ContainsKey(name))];
        if (counts.Count == 0)
            yield return "validation: none"
                + (split.Validation == 0 ? " (split.validation is 0)" : $" (no source has {split.FewestValidation})")
                + ": the last step is kept";
        else if (none.Length > 0)
            yield return $"validation: none of {string.Join(", ", none)}, fewer than {split.FewestValidation} "
                + "comparisons: nothing is chosen by them";
    }
}
