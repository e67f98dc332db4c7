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

    /// <summary>The pairs of each cluster.</summary>
    public required PairsByPrompt ByPrompt { get; init; }

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
        var clusterOf = new int[pairCount];
        for (var i = 0; i < pairCount; i++)
            clusterOf[i] = rawCluster[order[i]];
        return new PreferencePairs
        {
            Differences = differences,
            Clusters = clusterOf,
            ClusterCount = ordered.Count,
            Comparisons = comparisons,
            Ties = ties,
            ByPrompt = new PairsByPrompt(clusterOf, ordered.Count),
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

    private sealed record Item(double[] Differences)
    {
        public static Item Of(Prediction prediction, double tau, ref long ties)
        {
            var n = prediction.Rewards.Count;
            var differences = new List<double>(n * (n - 1) / 2);
            for (var a = 0; a < n; a++)
            for (var b = 0; b < a; b++)
            {
                double sa = prediction.Scores[a],
                    sb = prediction.Scores[b];
                if (sa == sb)
                    ties++;
                else
                    differences.Add(
                        sa > sb
                            ? tau * (prediction.Rewards[a] - prediction.Rewards[b])
                            : tau * (prediction.Rewards[b] - prediction.Rewards[a])
                    );
            }
            differences.Sort();
            return new Item([.. differences]);
        }
    }
}
