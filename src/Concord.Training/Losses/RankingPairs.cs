using Concord.Tokenization.Comparisons;
using Concord.Training.Exchange;

namespace Concord.Training.Losses;

/// <summary>
/// The strictly ordered pairs of a batch and their shares in the source losses. It depends on scores and sources only,
/// so it is made for the whole batch before any forward pass, and micro-batches that carry their part of it add up to
/// exactly the large batch.
/// </summary>
/// <remarks>Rows are rewards: those of comparison 0 first, one per response, then those of comparison 1.</remarks>
public sealed class RankingPairs
{
    private int[] pairsOf = []; // strict pairs of each comparison, (C)

    private RankingPairs(int sources, int[] rowOffsets, int[] comparisonSources, RankingLossSettings settings)
    {
        (SourceCount, RowOffsets, ComparisonSources, Settings) = (sources, rowOffsets, comparisonSources, settings);
        (PairCounts, Units) = (new int[sources], new int[sources]);
    }

    /// <summary>K.</summary>
    public int SourceCount { get; }

    /// <summary>Row of each comparison's first response, and behind them the number of rows R, (C + 1).</summary>
    public int[] RowOffsets { get; }

    /// <summary>Source of each comparison, (C).</summary>
    public int[] ComparisonSources { get; }

    /// <summary>What the pairs were made by.</summary>
    public RankingLossSettings Settings { get; }

    /// <summary>Row of the better response of each pair, (B).</summary>
    public int[] Winners { get; private set; } = [];

    /// <summary>Row of the worse response of each pair, (B).</summary>
    public int[] Losers { get; private set; } = [];

    /// <summary>Comparison of each pair, (B).</summary>
    public int[] Comparisons { get; private set; } = [];

    /// <summary>Share of each pair in its source's loss, (B): they sum to 1 over the pairs of a source.</summary>
    public double[] Shares { get; private set; } = [];

    /// <summary>Margin of each pair, (B).</summary>
    public double[] Margins { get; private set; } = [];

    /// <summary>Strict pairs of each source, (K).</summary>
    public int[] PairCounts { get; }

    /// <summary>What is counted in a source's mean, (K): its pairs, or its comparisons with a strict pair.</summary>
    public int[] Units { get; }

    /// <summary>R.</summary>
    public int RowCount => RowOffsets[^1];

    /// <summary>Whether source i has a strict pair in the batch.</summary>
    public bool IsPresent(int source) => PairCounts[source] > 0;

    /// <summary>The sources that have a strict pair in the batch, in order.</summary>
    public int[] Present => [.. Enumerable.Range(0, SourceCount).Where(IsPresent)];

    /// <summary>Source of a pair.</summary>
    public int SourceOf(int pair) => ComparisonSources[Comparisons[pair]];

    /// <summary>Lists the pairs of a batch of tokenised comparisons.</summary>
    /// <param name="comparisons">The batch, in the order of its rows.</param>
    /// <param name="sources">Source of each, 0 .. K - 1.</param>
    /// <param name="sourceCount">K.</param>
    /// <param name="settings">Averaging and margins.</param>
    public static RankingPairs Create(
        IReadOnlyList<TokenizedComparison> comparisons,
        IReadOnlyList<int> sources,
        int sourceCount,
        RankingLossSettings settings
    )
    {
        ArgumentNullException.ThrowIfNull(comparisons);
        return Create(
            [.. comparisons.Select(comparison => comparison.Scores)],
            sources,
            sourceCount,
            settings,
            [.. comparisons.Select(comparison => comparison.Comparison.Margin)]
        );
    }

    /// <summary>Lists the pairs of a batch given by scores.</summary>
    /// <param name="scores">Scores of each comparison's responses, higher is better; equal ones form no pair.</param>
    /// <param name="sources">Source of each comparison, 0 .. K - 1.</param>
    /// <param name="sourceCount">K.</param>
    /// <param name="settings">Averaging and margins.</param>
    /// <param name="margins">A margin of the comparison's own, or null; may be left out.</param>
    public static RankingPairs Create(
        IReadOnlyList<double[]> scores,
        IReadOnlyList<int> sources,
        int sourceCount,
        RankingLossSettings settings,
        IReadOnlyList<double?>? margins = null
    )
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(settings);
        var offsets = new int[scores.Count + 1];
        for (var c = 0; c < scores.Count; c++)
            offsets[c + 1] = offsets[c] + scores[c].Length;
        var pairs = new RankingPairs(sourceCount, offsets, [.. sources], settings);
        pairs.List(scores, margins);
        return pairs;
    }

    /// <summary>
    /// The part of a batch that lies in some of its comparisons, with rows counted from theirs; shares, pair counts and
    /// units stay those of the whole batch.
    /// </summary>
    /// <param name="start">First comparison.</param>
    /// <param name="count">How many.</param>
    public RankingPairs Slice(int start, int count)
    {
        var firstRow = RowOffsets[start];
        var slice = new RankingPairs(
            SourceCount,
            [.. RowOffsets[start..(start + count + 1)].Select(row => row - firstRow)],
            ComparisonSources[start..(start + count)],
            Settings
        );
        PairCounts.CopyTo(slice.PairCounts, 0);
        Units.CopyTo(slice.Units, 0);
        // pairs are listed by comparison, so those of a range lie together
        var from = Array.FindIndex(Comparisons, comparison => comparison >= start);
        var to = Array.FindLastIndex(Comparisons, comparison => comparison < start + count) + 1;
        if (from < 0 || to <= from)
            return slice;
        slice.Winners = [.. Winners[from..to].Select(row => row - firstRow)];
        slice.Losers = [.. Losers[from..to].Select(row => row - firstRow)];
        slice.Comparisons = [.. Comparisons[from..to].Select(comparison => comparison - start)];
        (slice.Shares, slice.Margins) = (Shares[from..to], Margins[from..to]);
        return slice;
    }

    /// <summary>
    /// Counts the pairs of other processes in: shares are those of means over the pairs of all processes after it, and
    /// a source is present where any process has a pair of it.
    /// </summary>
    internal void CountOver(IGradientExchange exchange)
    {
        double[] counts = [.. PairCounts, .. Units];
        exchange.Sum(counts);
        for (var source = 0; source < SourceCount; source++)
        {
            PairCounts[source] = (int)counts[source];
            Units[source] = (int)counts[SourceCount + source];
        }
        ShareOut();
    }

    private void List(IReadOnlyList<double[]> scores, IReadOnlyList<double?>? margins)
    {
        var winners = new List<int>();
        var losers = new List<int>();
        var comparisons = new List<int>();
        pairsOf = new int[scores.Count];
        for (var c = 0; c < scores.Count; c++)
        {
            var of = scores[c];
            for (var i = 0; i < of.Length; i++)
            for (var j = 0; j < of.Length; j++)
                if (of[i] > of[j])
                {
                    winners.Add(RowOffsets[c] + i);
                    losers.Add(RowOffsets[c] + j);
                    comparisons.Add(c);
                    pairsOf[c]++;
                }
            PairCounts[ComparisonSources[c]] += pairsOf[c];
            if (pairsOf[c] > 0)
                Units[ComparisonSources[c]] += Settings.Averaging == PairAveraging.PerPair ? pairsOf[c] : 1;
        }
        Winners = [.. winners];
        Losers = [.. losers];
        Comparisons = [.. comparisons];
        Margins = [.. comparisons.Select(c => (Settings.UseComparisonMargins ? margins?[c] : null) ?? Settings.Margin)];
        Shares = new double[winners.Count];
        ShareOut();
    }

    private void ShareOut()
    {
        for (var p = 0; p < Shares.Length; p++)
        {
            var c = Comparisons[p];
            var units = (double)Units[ComparisonSources[c]];
            Shares[p] = Settings.Averaging == PairAveraging.PerPair ? 1 / units : 1 / (units * pairsOf[c]);
        }
    }
}
