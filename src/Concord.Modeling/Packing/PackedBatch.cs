using Concord.Tokenization.Comparisons;
using TorchSharp;

namespace Concord.Modeling.Packing;

/// <summary>
/// Comparisons laid end to end without padding: [prompt | response 1 | ... | response n] each, the shared prompt once.
/// </summary>
/// <remarks>
/// T tokens in all, R rows (responses) in all, in the order of the comparisons and of their responses. A prompt's token
/// sees the prompt up to itself; a response's token sees the whole prompt and the response up to itself, no other
/// response.
/// </remarks>
public sealed class PackedBatch : IDisposable
{
    private PackedBatch(IReadOnlyList<TokenizedComparison> comparisons, torch.Device device)
    {
        Comparisons = comparisons;
        RowOffsets = new int[comparisons.Count];
        RowCount = comparisons.Sum(comparison => comparison.RowCount);
        Offsets = new int[comparisons.Count];
        var trees = new TokenTree[comparisons.Count];
        var lastTokens = new int[RowCount];
        int token = 0,
            row = 0;
        for (var i = 0; i < comparisons.Count; i++)
        {
            var (prefix, suffixes) = comparisons[i].Ids;
            trees[i] = new TokenTree(prefix, suffixes);
            (Offsets[i], RowOffsets[i]) = (token, row);
            token += prefix.Length;
            var endOfPrefix = token - 1;
            foreach (var suffix in suffixes)
            {
                token += suffix.Length;
                lastTokens[row++] = suffix.Length > 0 ? token - 1 : endOfPrefix;
            }
        }
        Tokens = TokenBatch.Create(trees, lastTokens, device);
    }

    /// <summary>The comparisons, in the order in which they lie in the batch.</summary>
    public IReadOnlyList<TokenizedComparison> Comparisons { get; }

    /// <summary>
    /// First row of each comparison: the rewards of comparison c are rows RowOffsets[c] .. RowOffsets[c] + n - 1.
    /// </summary>
    public int[] RowOffsets { get; }

    /// <summary>R, the number of responses.</summary>
    public int RowCount { get; }

    /// <summary>T, the number of tokens that are computed.</summary>
    public int TokenCount => Tokens.TokenCount;

    /// <summary>Where the batch's tensors live.</summary>
    public torch.Device Device => Tokens.Device;

    /// <summary>
    /// Number of tokens of all rows, each with its own prompt: what a batch without sharing and without padding would
    /// compute.
    /// </summary>
    public int RowTokenCount =>
        Comparisons.Sum(comparison => Enumerable.Range(0, comparison.RowCount).Sum(comparison.RowLength));

    /// <summary>The tokens; read out is the last token of each row.</summary>
    internal TokenBatch Tokens { get; }

    /// <summary>First token of each comparison.</summary>
    internal int[] Offsets { get; }

    /// <summary>Packs comparisons.</summary>
    /// <exception cref="ArgumentException">There is none, or one without a token.</exception>
    public static PackedBatch Create(IReadOnlyList<TokenizedComparison> comparisons, torch.Device? device = null)
    {
        if (comparisons.Count == 0)
            throw new ArgumentException("A batch needs at least one comparison.", nameof(comparisons));
        foreach (var comparison in comparisons)
            for (var row = 0; row < comparison.RowCount; row++)
                if (comparison.RowLength(row) == 0)
                    throw new ArgumentException(
                        $"{comparison.Comparison.Origin.File}:{comparison.Comparison.Origin.Line}: response "
                            + $"{row + 1} has no token.",
                        nameof(comparisons)
                    );
        return new PackedBatch(comparisons, device ?? torch.CPU);
    }

    /// <summary>The tokens of each row, prefix first, in the order of the rows.</summary>
    internal IEnumerable<IEnumerable<int>> TokensOfRows()
    {
        foreach (var (comparison, offset) in Comparisons.Zip(Offsets))
        {
            var start = offset + comparison.PrefixLength;
            for (var row = 0; row < comparison.RowCount; row++)
            {
                var length = comparison.RowLength(row) - comparison.PrefixLength;
                yield return Enumerable.Range(offset, comparison.PrefixLength).Concat(Enumerable.Range(start, length));
                start += length;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Tokens.Dispose();
}
