using Concord.Modeling.Rewards;
using Concord.Preferences.Readers;
using Concord.Tokenization.Comparisons;

namespace Concord.Bench;

/// <summary>
/// What could be shared in files of comparisons: tokens of all rows, tokens with the common beginning once (what is
/// computed), and tokens of a tree that shares every beginning of two or more rows.
/// </summary>
internal static class SharingBenchmark
{
    /// <summary>Runs: <c>sharing MODEL FILE.. [tokens=512]</c>.</summary>
    public static void Run(string[] arguments)
    {
        var options = BenchOptions.Parse(arguments);
        using var model = RewardModelLoader.Load(
            options.Words[0],
            new RewardModelOptions { HeadSeed = 1 },
            StepVariant.Make(StepVariant.Operations.Fused)
        );
        var encoding = new ModelEncoding(model, options.Number("tokens", 512));
        Markdown.Header(
            "file",
            "comparisons",
            "responses each",
            "tokens of all rows",
            "beginning of all rows once",
            "of all rows",
            "a tree of all beginnings",
            "saved by the tree besides"
        );
        foreach (var file in options.Words.Skip(1))
        {
            TokenizedComparison[] comparisons =
            [
                .. PreferenceFile.Read(file).Comparisons.Select(encoding.Encode).OfType<TokenizedComparison>(),
            ];
            double rows = comparisons.Sum(comparison =>
                Enumerable.Range(0, comparison.Suffixes.Length).Sum(row => (long)comparison.RowLength(row))
            );
            double once = comparisons.Sum(comparison => (long)comparison.PackedLength),
                tree = comparisons.Sum(Tree);
            Markdown.Row(
                Path.GetFileName(file),
                $"{comparisons.Length:#,0}",
                $"{comparisons.Average(comparison => comparison.Suffixes.Length):f1}",
                $"{rows:#,0}",
                $"{once:#,0}",
                $"{once / rows:p1}",
                $"{tree:#,0}",
                $"{1 - tree / once:p2}"
            );
        }
        Console.WriteLine();
    }

    /// <summary>
    /// Tokens where every beginning that rows share is there once: in sorted order a row adds what it does not share
    /// with the row before.
    /// </summary>
    private static long Tree(TokenizedComparison comparison)
    {
        var (prefix, suffixes) = comparison.Ids;
        int[][] sorted = [.. suffixes.Order(Comparer<int[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)))];
        long tokens = prefix.Length;
        for (var row = 0; row < sorted.Length; row++)
            tokens += sorted[row].Length - (row == 0 ? 0 : sorted[row].AsSpan().CommonPrefixLength(sorted[row - 1]));
        return tokens;
    }
}
