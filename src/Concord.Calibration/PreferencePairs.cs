namespace Concord.Calibration;

/// <summary>
/// The strict pairs of a set of predictions in a canonical order (by difference, then by cluster; clusters by their
/// differences), so that no number, resampled ones included, depends on the order of the comparisons.
/// </summary>
internal sealed class PreferencePairs
{
    /// <summary>τ (r_w - r_l), ascending.</summary>
    public required double[] Differences { get; init; }

    /// <summary>
    /// The cluster of each pair, 0 .. <see cref="ClusterCount"/> - 1: pairs of one prompt, or else of one comparison.
    /// </summary>
    public required int[] Clusters { get; init; }

    /// <summary>Clusters with at least one strict pair.</summary>
    public required int ClusterCount { get; init; }

    /// <summary>Comparisons, those without a strict pair included.</summary>
    public required int Comparisons { get; init; }

    /// <summary>Pairs of responses with equal scores: no preference, no question.</summary>
    public required long Ties { get; init; }

    /// <summary>Positions of the pairs that are the only strict one of their comparison.</summary>
    public required int[] Single { get; init; }

    /// <summary>The comparisons with several strict pairs.</summary>
    public required IReadOnlyList<Ranking> Rankings { get; init; }

    /// <summary>A comparison with several strict pairs, whose labels hang together.</summary>
    /// <param name="Utilities">τ r of its responses.</param>
    /// <param name="Winners">Per strict pair the preferred response.</param>
    /// <param name="Losers">Per strict pair the other.</param>
    /// <param name="Positions">Per strict pair its place in <see cref="Differences"/>.</param>
    public sealed record Ranking(double[] Utilities, int[] Winners, int[] Losers, int[] Positions);

    /// <summary>Takes the pairs apart.</summary>
    /// <param name="predictions">Checked ones.</param>
    /// <param name="temperature">τ of a prediction.</param>
    public static PreferencePairs Of(IReadOnlyList<Prediction> predictions, Func<Prediction, double> temperature)
    {
        var clusters = new Dictionary<string, Cluster>(StringComparer.Ordinal);
        var ordered = new List<Cluster>();
        long ties = 0;
        var pairCount = 0;
        foreach (var prediction in predictions)
        {
            var item = Item.Of(prediction, temperature(prediction), ref ties);
            if (item.Differences.Length == 0)
                continue;
            pairCount += item.Differences.Length;
            Cluster? cluster = null;
            if (prediction.PromptId is { } id && !clusters.TryGetValue(id, out cluster))
                clusters.Add(id, cluster = new Cluster());
            cluster ??= new Cluster();
            if (cluster.Items.Count == 0)
                ordered.Add(cluster);
            cluster.Items.Add(item);
        }
        foreach (var cluster in ordered)
            cluster.Finish();
        ordered.Sort(static (a, b) => Lexicographic(a.Key, b.Key));
        return Assemble(ordered, pairCount, predictions.Count, ties);
    }

    private static PreferencePairs Assemble(List<Cluster> ordered, int pairCount, int comparisons, long ties)
    {
        var raw = new double[pairCount];
        var order = new int[pairCount];
        var rawCluster = new int[pairCount];
        var next = 0;
        for (var c = 0; c < ordered.Count; c++)
            foreach (var item in ordered[c].Items)
            foreach (var difference in item.Differences)
            {
                raw[next] = difference;
                rawCluster[next] = c;
                order[next] = next++;
            }
        var differences = (double[])raw.Clone();
        Array.Sort(differences, order);
        // equal differences in the order of their clusters: Array.Sort is not stable
        for (int from = 0, to; from < pairCount; from = to)
        {
            for (to = from + 1; to < pairCount && differences[to] == differences[from]; to++) { }
            if (to - from > 1)
                Array.Sort(order, from, to - from);
        }
        var place = new int[pairCount];
        var clusterOf = new int[pairCount];
        for (var i = 0; i < pairCount; i++)
        {
            place[order[i]] = i;
            clusterOf[i] = rawCluster[order[i]];
        }
        var single = new List<int>(pairCount);
        var rankings = new List<Ranking>();
        next = 0;
        foreach (var cluster in ordered)
        foreach (var item in cluster.Items)
        {
            var positions = place.AsSpan(next, item.Differences.Length).ToArray();
            next += positions.Length;
            if (positions.Length == 1)
                single.Add(positions[0]);
            else
                rankings.Add(new Ranking(item.Utilities, item.Winners, item.Losers, positions));
        }
        single.Sort();
        return new PreferencePairs
        {
            Differences = differences,
            Clusters = clusterOf,
            ClusterCount = ordered.Count,
            Comparisons = comparisons,
            Ties = ties,
            Single = [.. single],
            Rankings = rankings,
        };
    }

    private static int Lexicographic(double[] a, double[] b)
    {
        var shared = Math.Min(a.Length, b.Length);
        for (var i = 0; i < shared; i++)
            if (a[i].CompareTo(b[i]) is var order and not 0)
                return order;
        return a.Length.CompareTo(b.Length);
    }

    private sealed class Cluster
    {
        public List<Item> Items { get; } = [];

        /// <summary>All its differences, ascending.</summary>
        public double[] Key { get; private set; } = [];

        public void Finish()
        {
            if (Items.Count == 1)
            {
                Key = Items[0].Differences;
                return;
            }
            Items.Sort(static (a, b) => Lexicographic(a.Differences, b.Differences));
            Key = [.. Items.SelectMany(item => item.Differences)];
            Array.Sort(Key);
        }
    }

    private sealed record Item(double[] Utilities, double[] Differences, int[] Winners, int[] Losers)
    {
        public static Item Of(Prediction prediction, double tau, ref long ties)
        {
            var n = prediction.Rewards.Count;
            var responses = new int[n];
            for (var i = 0; i < n; i++)
                responses[i] = i;
            Array.Sort(
                responses,
                (a, b) =>
                    prediction.Rewards[a].CompareTo(prediction.Rewards[b]) is var byReward and not 0
                        ? byReward
                        : prediction.Scores[a].CompareTo(prediction.Scores[b])
            );
            var pairs = new List<(double Difference, int Winner, int Loser)>(n * (n - 1) / 2);
            for (var a = 0; a < n; a++)
            for (var b = 0; b < a; b++)
            {
                double sa = prediction.Scores[responses[a]],
                    sb = prediction.Scores[responses[b]];
                if (sa == sb)
                    ties++;
                else if (sa > sb)
                    pairs.Add((tau * (prediction.Rewards[responses[a]] - prediction.Rewards[responses[b]]), a, b));
                else
                    pairs.Add((tau * (prediction.Rewards[responses[b]] - prediction.Rewards[responses[a]]), b, a));
            }
            pairs.Sort();
            return new Item(
                [.. responses.Select(r => tau * prediction.Rewards[r])],
                [.. pairs.Select(p => p.Difference)],
                [.. pairs.Select(p => p.Winner)],
                [.. pairs.Select(p => p.Loser)]
            );
        }
    }
}
