using Concord.Modeling.Rewards;
using Concord.Tokenization.Comparisons;
using Concord.Training.Batches;
using Concord.Training.Exchange;
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

    private readonly SourceTemperatures temperatures;
    private readonly RankingLossSettings loss;
    private readonly IReadOnlyList<TokenizedComparison> setAside;
    private readonly ItemStream?[] streams; // of the comparisons set aside, by source
    private readonly int perSource;
    private readonly IReadOnlyList<int> trained;

    /// <summary>A learner of temperatures.</summary>
    /// <param name="temperatures">What is learned.</param>
    /// <param name="loss">The ranking loss.</param>
    /// <param name="setAside">Comparisons of the training sources that are never trained on; may be empty.</param>
    /// <param name="setAsideSources">Source of each.</param>
    /// <param name="perSource">How many of a source are looked at at once.</param>
    /// <param name="trained">How many comparisons of each source are trained on, (K).</param>
    /// <param name="seed">Of the order in which they are looked at.</param>
    public TemperatureLearner(
        SourceTemperatures temperatures,
        RankingLossSettings loss,
        IReadOnlyList<TokenizedComparison> setAside,
        IReadOnlyList<int> setAsideSources,
        int perSource,
        IReadOnlyList<int> trained,
        int seed
    )
    {
        this.temperatures = temperatures;
        this.loss = loss;
        this.setAside = setAside;
        this.perSource = perSource;
        this.trained = trained;
        streams =
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

    /// <summary>Other processes, which see other parts of a batch and the same comparisons set aside.</summary>
    public IGradientExchange Exchange { get; init; } = new SingleProcess();

    /// <summary>One step of log τ, by the rewards the model gave before its own step.</summary>
    /// <param name="model">Scores comparisons set aside.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="rewards">Rewards of each comparison's responses.</param>
    public void Step(RewardModel model, TrainingBatch batch, double[][] rewards)
    {
        int[] unseen = [.. Enumerable.Range(0, batch.Comparisons.Count).Where(c => batch.Fresh[c])];
        var seen = Gradients(
            [.. unseen.Select(c => batch.Comparisons[c])],
            [.. unseen.Select(c => batch.Sources[c])],
            [.. unseen.SelectMany(c => rewards[c])],
            Exchange
        );
        var gradients = seen.LogTemperatureGradients;
        Exchange.Sum(gradients);
        TemperatureLook[] looks =
        [
            .. gradients.Select(
                (gradient, source) =>
                    seen.Pairs.IsPresent(source) ? new TemperatureLook(gradient, trained[source]) : default
            ),
        ];
        if (batch.Step % SetAsideEvery == 0)
            LookAtSetAside(model, batch.Step, looks);
        temperatures.Step(looks);
    }

    private void LookAtSetAside(RewardModel model, int step, TemperatureLook[] looks)
    {
        var comparisons = new List<TokenizedComparison>();
        var sources = new List<int>();
        for (var source = 0; source < streams.Length; source++)
        for (
            var k = 0;
            streams[source] is { } stream && looks[source].Weight == 0 && k < Math.Min(perSource, stream.Length);
            k++
        )
        {
            comparisons.Add(setAside[stream.At((long)step / SetAsideEvery * perSource + k).Item]);
            sources.Add(source);
        }
        if (comparisons.Count == 0)
            return;
        // a few at a time: all of them together could take more memory than the step
        var found = Gradients(
            comparisons,
            [.. sources],
            [.. new RewardScorer(model, cache: Cache).Score(comparisons).SelectMany(rewards => rewards)],
            new SingleProcess()
        );
        // one look stands for the steps until the next
        for (var source = 0; source < looks.Length; source++)
            if (found.Pairs.IsPresent(source))
                looks[source] = new TemperatureLook(
                    found.LogTemperatureGradients[source],
                    streams[source]!.Length,
                    SetAsideEvery
                );
    }

    private RankingLossResult Gradients(
        IReadOnlyList<TokenizedComparison> comparisons,
        int[] sources,
        double[] rewards,
        IGradientExchange exchange
    )
    {
        var pairs = RankingPairs.Create(comparisons, sources, streams.Length, loss);
        pairs.CountOver(exchange);
        return RankingLoss.Evaluate(pairs, rewards, temperatures.Values);
    }
}
