using Concord.Tokenization.Comparisons;
using TorchSharp;

namespace Concord.Modeling.Packing;

/// <summary>
/// Comparisons laid end to end without padding: [prompt | response 1 | ... | response n] each, the shared prompt once.
/// </summary>
/// <remarks>
/// T tokens in all, R rows (responses) in all, in the order of the comparisons and of their responses.
/// </remarks>
public sealed class PackedBatch : IDisposable
{
    private readonly Dictionary<int, torch.Tensor[]> masks = [];

    private PackedBatch(IReadOnlyList<TokenizedComparison> comparisons, torch.Device device)
    {
        Comparisons = comparisons;
        Device = device;
        Segments = new PackedSegment[comparisons.Count];
        RowOffsets = new int[comparisons.Count];
        TokenCount = comparisons.Sum(comparison => comparison.PackedLength);
        RowCount = comparisons.Sum(comparison => comparison.RowCount);
        Ids = new int[TokenCount];
        PositionIndices = new int[TokenCount];
        RewardIndices = new int[RowCount];
        int token = 0,
            row = 0;
        for (var i = 0; i < comparisons.Count; i++)
        {
            var (prefix, suffixes) = comparisons[i].Ids;
            Segments[i] = new PackedSegment(token, prefix.Length, [.. suffixes.Select(suffix => suffix.Length)]);
            RowOffsets[i] = row;
            Lay(prefix, 0, ref token);
            var endOfPrefix = token - 1;
            foreach (var suffix in suffixes)
            {
                Lay(suffix, prefix.Length, ref token);
                RewardIndices[row++] = suffix.Length > 0 ? token - 1 : endOfPrefix;
            }
        }
        using var scope = torch.NewDisposeScope();
        TokenIds = torch.tensor(Array.ConvertAll(Ids, id => (long)id), device: device).DetachFromDisposeScope();
        Positions = torch
            .tensor(Array.ConvertAll(PositionIndices, position => (long)position), device: device)
            .DetachFromDisposeScope();
        RewardPositions = torch
            .tensor(Array.ConvertAll(RewardIndices, position => (long)position), device: device)
            .DetachFromDisposeScope();
    }

    /// <summary>The comparisons, in the order in which they lie in the batch.</summary>
    public IReadOnlyList<TokenizedComparison> Comparisons { get; }

    /// <summary>Where each comparison lies.</summary>
    public PackedSegment[] Segments { get; }

    /// <summary>
    /// First row of each comparison: the rewards of comparison c are rows RowOffsets[c] .. RowOffsets[c] + n - 1.
    /// </summary>
    public int[] RowOffsets { get; }

    /// <summary>R, the number of responses.</summary>
    public int RowCount { get; }

    /// <summary>T, the number of tokens that are computed.</summary>
    public int TokenCount { get; }

    /// <summary>Token ids. // (T), int64</summary>
    public torch.Tensor TokenIds { get; }

    /// <summary>Position of each token within its own row. // (T), int64</summary>
    public torch.Tensor Positions { get; }

    /// <summary>Index of each row's last token. // (R), int64</summary>
    public torch.Tensor RewardPositions { get; }

    /// <summary>Where the batch's tensors live.</summary>
    public torch.Device Device { get; }

    /// <summary>Token ids, in managed memory. // (T)</summary>
    internal int[] Ids { get; }

    /// <summary>Positions, in managed memory. // (T)</summary>
    internal int[] PositionIndices { get; }

    /// <summary>Index of each row's last token, in managed memory. // (R)</summary>
    internal int[] RewardIndices { get; }

    /// <summary>
    /// Number of tokens of all rows, each with its own prompt: what a batch without sharing and without padding would
    /// compute.
    /// </summary>
    public int RowTokenCount =>
        Comparisons.Sum(comparison => Enumerable.Range(0, comparison.RowCount).Sum(comparison.RowLength));

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

    /// <summary>Token indices of a row, prefix first.</summary>
    internal IEnumerable<int> TokensOfRow(int comparison, int row)
    {
        var segment = Segments[comparison];
        var start = segment.Offset + segment.PrefixLength + segment.ResponseLengths.Take(row).Sum();
        return Enumerable
            .Range(segment.Offset, segment.PrefixLength)
            .Concat(Enumerable.Range(start, segment.ResponseLengths[row]));
    }

    /// <summary>
    /// What each token of a segment sees, one mask a segment: true at (t, s) where t sees s. // (L, L), bool
    /// </summary>
    /// <param name="window">0, or how far back a token sees (sliding window): s is seen where position(t) - window &lt;
    /// position(s).</param>
    internal torch.Tensor[] AttentionMasks(int window)
    {
        if (masks.TryGetValue(window, out var made))
            return made;
        return masks[window] = [.. Segments.Select(segment => Mask(segment, window))];
    }

    private torch.Tensor Mask(PackedSegment segment, int window)
    {
        var length = segment.Length;
        var owner = new int[length];
        for (
            int response = 0, at = segment.PrefixLength;
            response < segment.ResponseLengths.Length;
            at += segment.ResponseLengths[response++]
        )
            Array.Fill(owner, response + 1, at, segment.ResponseLengths[response]);
        var seen = new bool[length * length];
        for (var t = 0; t < length; t++)
        {
            for (var s = 0; s <= t; s++)
            {
                var near =
                    window == 0 || PositionIndices[segment.Offset + t] - PositionIndices[segment.Offset + s] < window;
                seen[t * length + s] = near && (owner[s] == 0 || owner[s] == owner[t]);
            }
        }
        return torch.tensor(seen, [length, length], device: Device).DetachFromDisposeScope();
    }

    private void Lay(int[] ids, int firstPosition, ref int token)
    {
        for (var i = 0; i < ids.Length; i++, token++)
        {
            Ids[token] = ids[i];
            PositionIndices[token] = firstPosition + i;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        TokenIds.Dispose();
        Positions.Dispose();
        RewardPositions.Dispose();
        foreach (var mask in masks.Values.SelectMany(list => list))
            mask.Dispose();
        masks.Clear();
    }
}
