using System.Globalization;

namespace Concord.Calibration;

/// <summary>
/// The strict pairs on which models are compared: every pair of responses of one comparison whose scores differ, with
/// its source and its prompt. What a model says is held as τ (r_w - r_l) of each pair, in the order of this set.
/// </summary>
/// <remarks>
/// Comparisons of two models are matched by source, prompt and line (files may lie elsewhere for another model, and in
/// another order); several that agree in all of them by their order. Their scores must be the same.
/// </remarks>
public sealed class PairedSet
{
    private readonly Dictionary<Key, Place> places = [];

    /// <summary>The pairs of some predictions; their rewards do not matter.</summary>
    /// <exception cref="ConcordException">A prediction is unusable; the message names file and line.</exception>
    public PairedSet(IReadOnlyList<Prediction> predictions)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        var (names, prompts) = (new Dictionary<string, int>(StringComparer.Ordinal), new Dictionary<object, int>());
        var (sources, clusters) = (new List<int>(), new List<int>());
        foreach (var (key, prediction) in Keyed(predictions))
        {
            prediction.Check();
            places.Add(key, new Place(sources.Count, prediction));
            var count = StrictPairs(prediction.Scores).Count();
            if (count == 0)
                continue;
            names.TryAdd(prediction.Source, names.Count);
            object prompt = prediction.PromptId is { } id ? id : key; // a comparison without one stands for itself
            prompts.TryAdd(prompt, prompts.Count);
            sources.AddRange(Enumerable.Repeat(names[prediction.Source], count));
            clusters.AddRange(Enumerable.Repeat(prompts[prompt], count));
        }
        (Sources, SourceOf, ClusterOf, ClusterCount) = ([.. names.Keys], [.. sources], [.. clusters], prompts.Count);
    }

    /// <summary>The names of the sources that have a strict pair, in the order of first appearance.</summary>
    public IReadOnlyList<string> Sources { get; }

    /// <summary>The source of each pair, an index into <see cref="Sources"/>.</summary>
    public IReadOnlyList<int> SourceOf { get; }

    /// <summary>The prompt of each pair, as a number from 0; one prompt may be in several sources.</summary>
    public IReadOnlyList<int> ClusterOf { get; }

    /// <summary>Number of prompts with a strict pair: the units of comparison.</summary>
    public int ClusterCount { get; }

    /// <summary>Number of strict pairs.</summary>
    public int Count => SourceOf.Count;

    /// <summary>
    /// What two models say of the comparisons that both were asked about, by source, prompt and line; what only one of
    /// them was asked is left out.
    /// </summary>
    /// <param name="first">What the first says.</param>
    /// <param name="second">What the second says.</param>
    public static (IReadOnlyList<Prediction> First, IReadOnlyList<Prediction> Second) Common(
        IReadOnlyList<Prediction> first,
        IReadOnlyList<Prediction> second
    )
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var asked = Keyed(first).Select(one => one.Key).ToHashSet();
        (Key Key, Prediction Prediction)[] both = [.. Keyed(second).Where(one => asked.Contains(one.Key))];
        var shared = both.Select(one => one.Key).ToHashSet();
        return (
            [.. Keyed(first).Where(one => shared.Contains(one.Key)).Select(one => one.Prediction)],
            [.. both.Select(one => one.Prediction)]
        );
    }

    /// <summary>What a model says: τ (r_w - r_l) of each pair; τ is 1 where a prediction has none.</summary>
    /// <param name="predictions">Of the comparisons of this set, in any order.</param>
    /// <exception cref="ConcordException">They are of other comparisons, or unusable; the message says
    /// which.</exception>
    public double[] Differences(IReadOnlyList<Prediction> predictions)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        var differences = new double[Count];
        var seen = 0;
        foreach (var (key, prediction) in Keyed(predictions))
        {
            prediction.Check();
            if (!places.TryGetValue(key, out var place))
                throw Other($"{prediction.Place} is none of the comparisons of the other model");
            if (!prediction.Scores.SequenceEqual(place.Prediction.Scores))
                throw Other($"{prediction.Place} has other scores than {place.Prediction.Place}");
            var pair = place.First;
            foreach (var (winner, loser) in StrictPairs(prediction.Scores))
                differences[pair++] =
                    (prediction.Temperature ?? 1) * (prediction.Rewards[winner] - prediction.Rewards[loser]);
            seen++;
        }
        return seen == places.Count
            ? differences
            : throw Other(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"one model has predictions for {seen} comparisons, the other for {places.Count}"
                )
            );
    }

    private static ConcordException Other(string what) =>
        new($"The models were not asked the same: {what}. Score the same files with both.");

    private static IEnumerable<(Key Key, Prediction Prediction)> Keyed(IReadOnlyList<Prediction> predictions)
    {
        var counts = new Dictionary<Key, int>();
        foreach (var prediction in predictions)
        {
            var bare = new Key(prediction.Source, prediction.PromptId, prediction.Line, 0);
            var count = counts[bare] = counts.GetValueOrDefault(bare) + 1;
            yield return (bare with { Occurrence = count }, prediction);
        }
    }

    private static IEnumerable<(int Winner, int Loser)> StrictPairs(IReadOnlyList<double> scores)
    {
        for (var i = 0; i < scores.Count; i++)
        for (var j = i + 1; j < scores.Count; j++)
            if (scores[i] > scores[j])
                yield return (i, j);
            else if (scores[j] > scores[i])
                yield return (j, i);
    }

    private sealed record Key(string Source, string? PromptId, int? Line, int Occurrence);

    private sealed record Place(int First, Prediction Prediction);
}
