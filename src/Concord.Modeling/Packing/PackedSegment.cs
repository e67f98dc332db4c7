namespace Concord.Modeling.Packing;

/// <summary>
/// Where one comparison lies in a packed batch: its prefix and, end to end after it, each response's own tokens.
/// </summary>
/// <param name="Offset">Row of the first prefix token in the batch.</param>
/// <param name="PrefixLength">Number of tokens all responses share; may be 0.</param>
/// <param name="ResponseLengths">Number of own tokens of each response; each may be 0.</param>
/// <remarks>
/// Prefix token t sees prefix tokens 0..t. Token t of response j sees the whole prefix and tokens 0..t of response j,
/// no other response. Positions of a response start at the prefix length.
/// </remarks>
public sealed record PackedSegment(int Offset, int PrefixLength, int[] ResponseLengths)
{
    /// <summary>Number of tokens of the segment.</summary>
    public int Length { get; } = PrefixLength + ResponseLengths.Sum();
}
