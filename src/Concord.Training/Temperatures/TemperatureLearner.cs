using Concord.Modeling.Rewards;
using Concord.Tokenization.Comparisons;
using Concord.Training.Batches;
using Concord.Training.Losses;

namespace Concord.Training.Temperatures;

/// <summary>
/// Feeds source temperatures with pairs the model has not fitted: those of a batch that no step has taken before, and
/// for sources that have none left, comparisons set aside.
/// </summary>
internal sealed class TemperatureLearner
{
    /// <summary>
    /// Comparisons set aside are looked at on every so many steps: log τ moves slowly, and each look costs a forward
    /// pass.
    /// </summary>
    public const int SetAsideEvery = 4;

    private const int Stream = 1 << 20; // a number no stream of the batch plan has

    private readonly SourceTemperatures _temperatures;
    private readonly RankingLossSettings _loss;
    private readonly IReadOnlyList<TokenizedComparison> _setAside;
    private readonly ItemStream?[] _streams; // of the comparisons set aside, by source
    private readonly int _perSource,
        _stepsPerEpoch;

    /// <summary>A learner of temperatures.</summary>
    /// <param name="temperatures">What is learned.</param>
    /// <param name="loss">The ranking loss.</param>
    /// <param name="setAside">Comparisons of the training sources that are never trained on; may be empty.</param>
    /// <param name="setAsideSources">Source of each.</param>
    /// <param name="perSource">How many of a source are looked at at once.</param>
    /// <param name="stepsPerEpoch">How many steps share the prior.</param>
    /// <param name="seed">Of the order in which they are looked at.</param>
    public TemperatureLearner(
        SourceTemperatures temperatures,
        RankingLossSettings loss,
        IReadOnlyList<TokenizedComparison> setAside,
        IReadOnlyList<int> setAsideSources,
        int perSource,
        int stepsPerEpoch,
        int seed
    )
    {
        (_temperatures, _loss, _setAside, _perSource, _stepsPerEpoch) = (
            temperatures,
            loss,
            setAside,
            perSource,
            stepsPerEpoch
        );
        _streams =
        [
            .. Enumerable
                .Range(0, temperatures.Values.Length)
                .Select(source =>
                {
                    int[] items =
                    [
                        .. Enumerable.Range(0, setAside.Count).Where(item => setAsideSources[item] == source),
                    ];
                    return items.Length == 0 ? null : ItemStream.Create(seed, Stream + source, items, null, null);
                }),
        ];
    }

    /// <summary>Where hidden states below the trained layers are kept, or null.</summary>
    public FrozenStateCache? Cache { get; init; }

    /// <summary>One step of log τ, by the rewards the model gave before its own step.</summary>
    /// <param name="model">Scores comparisons set aside.</param>
    /// <param name="step">From 0.</param>
    /// <param name="comparisons">The batch.</param>
    /// <param name="sources">Source of each comparison.</param>
    /// <param name="fresh">Which of them no step has taken before.</param>
    /// <param name="rewards">Rewards of each comparison's responses.</param>
    public void Step(
        RewardModel model,
        int step,
        IReadOnlyList<TokenizedComparison> comparisons,
        int[] sources,
        bool[] fresh,
        double[][] rewards
    )
    {
        int[] unseen = [.. Enumerable.Range(0, comparisons.Count).Where(c => fresh[c])];
        var seen = Gradients(
            [.. unseen.Select(c => comparisons[c])],
            [.. unseen.Select(c => sources[c])],
            [.. unseen.SelectMany(c => rewards[c])]
        );
        var (gradients, present) = (
            seen.LogTemperatureGradients,
            Enumerable.Range(0, _streams.Length).Select(seen.Pairs.IsPresent).ToArray()
        );
        if (step % SetAsideEvery == 0)
            LookAtSetAside(model, step, gradients, present);
        _temperatures.Step(gradients, present, _stepsPerEpoch);
    }

    private void LookAtSetAside(RewardModel model, int step, double[] gradients, bool[] present)
    {
        var (comparisons, sources) = (new List<TokenizedComparison>(), new List<int>());
        for (var source = 0; source < _streams.Length; source++)
        for (
            var k = 0;
            _streams[source] is { } stream && !present[source] && k < Math.Min(_perSource, stream.Length);
            k++
        )
        {
            comparisons.Add(_setAside[stream.At((long)step / SetAsideEvery * _perSource + k).Item]);
            sources.Add(source);
        }
        if (comparisons.Count == 0)
            return;
        // a few at a time: all of them together could take more memory than the step
        var found = Gradients(
            comparisons,
            [.. sources],
            [.. new RewardScorer(model, cache: Cache).Score(comparisons).SelectMany(rewards => rewards)]
        );
        for (var source = 0; source < present.Length; source++)
        {
            if (!found.Pairs.IsPresent(source))
                continue;
            // one look stands for the steps until the next
            gradients[source] = SetAsideEvery * found.LogTemperatureGradients[source];
            present[source] = true;
        }
    }

    private RankingLossResult Gradients(
        IReadOnlyList<TokenizedComparison> comparisons,
        int[] sources,
        double[] rewards
    ) =>
        RankingLoss.Evaluate(
            RankingPairs.Create(comparisons, sources, _streams.Length, _loss),
            rewards,
            _temperatures.Values
        );
}
