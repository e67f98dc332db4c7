using Concord.Tokenization.Comparisons;
using static TorchSharp.torch;

namespace Concord.Bench;

/// <summary>Rows of ids padded on the right to the longest, as the usual trainers lay out a batch.</summary>
/// <param name="Ids">(B, L)</param>
/// <param name="Ends">Position of the last id of each row. // (B)</param>
/// <param name="Mask">0 where a position sees another, a very small number elsewhere. // (B, 1, L, L)</param>
internal sealed record PaddedRows(Tensor Ids, Tensor Ends, Tensor Mask)
{
    /// <summary>B.</summary>
    public long Count => Ids.shape[0];

    /// <summary>L.</summary>
    public long Length => Ids.shape[1];

    /// <summary>Pads the rows of comparisons.</summary>
    public static PaddedRows Of(IReadOnlyList<TokenizedComparison> comparisons)
    {
        int[][] rows =
        [
            .. comparisons.SelectMany(comparison =>
                comparison.Suffixes.Select(suffix => (int[])[.. comparison.Prefix, .. suffix])
            ),
        ];
        var length = rows.Max(row => row.Length);
        var ids = tensor(
            rows.SelectMany(row => row.Select(id => (long)id).Concat(Enumerable.Repeat(0L, length - row.Length)))
                .ToArray(),
            [rows.Length, length]
        );
        var seen = ones(length, length).tril().unsqueeze(0); // (1, L, L)
        var real = tensor(
            rows.SelectMany(row => Enumerable.Range(0, length).Select(position => position < row.Length ? 1f : 0f))
                .ToArray(),
            [rows.Length, 1, length]
        );
        return new(
            ids,
            tensor(rows.Select(row => (long)row.Length - 1).ToArray()),
            ((1 - seen * real) * -1e30f).unsqueeze(1)
        );
    }

    /// <summary>Tokens computed for a micro-batch, padding included.</summary>
    public static long Tokens(IReadOnlyList<TokenizedComparison> comparisons) =>
        comparisons.Sum(comparison => (long)comparison.Suffixes.Length) * Longest(comparisons);

    /// <summary>L of a micro-batch.</summary>
    public static int Longest(IReadOnlyList<TokenizedComparison> comparisons) =>
        comparisons.Max(comparison => Enumerable.Range(0, comparison.Suffixes.Length).Max(comparison.RowLength));
}
