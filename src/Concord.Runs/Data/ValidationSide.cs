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
        if (split.Validation == 0 || tokens.Validation.Count > 0 || !Chooses(SourcesOf(tokens), settings, sources))
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
    /// <param name="trainedOn">The source of each training comparison.</param>
    /// <param name="settings">Those of training, with the sources' shares.</param>
    /// <param name="sources">The K source names.</param>
    public static bool Chooses(IEnumerable<string> trainedOn, TrainingSettings settings, IReadOnlyList<string> sources)
    {
        var indices = sources.Index().ToDictionary(one => one.Item, one => one.Index, StringComparer.Ordinal);
        return settings.Chooses(sources, [.. trainedOn.Select(name => indices[name])]);
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
        if (tokens.Validation.Count == 0)
        {
            if (!Chooses(SourcesOf(tokens), settings, sources))
                yield break;
            yield return split.Validation == 0
                ? "validation: none, split.validation is 0; the last step is kept"
                : $"validation: none, every source would have fewer than {split.FewestValidation}; the last step is kept";
            yield break;
        }
        var counts = sources.Select(name => tokens.Validation.Count(one => one.Comparison.Source == name)).ToArray();
        yield return $"validation: {tokens.Validation.Count} comparisons set aside to choose by "
            + $"({string.Join(", ", sources.Zip(counts, (name, count) => $"{name} {count}"))})";
        string[] none = [.. sources.Where((_, i) => counts[i] == 0)];
        if (none.Length > 0)
            yield return $"validation: none of {string.Join(", ", none)}, which would have fewer than "
                + $"{split.FewestValidation}: nothing is chosen by them";
    }

    private static IEnumerable<string> SourcesOf(RunTokens tokens) =>
        tokens.Training.Select(one => one.Comparison.Source);
}
