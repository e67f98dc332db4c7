namespace Concord.Modeling.Operations;

/// <summary>The shape of an attention layer over a buffer of queries, keys and values laid side by side.</summary>
/// <param name="Heads">Number of query heads.</param>
/// <param name="KeyHeads">Number of key and value heads; divides <paramref name="Heads"/>.</param>
/// <param name="HeadSize">d.</param>
/// <param name="Window">0, or how many tokens back a token sees, itself included.</param>
/// <param name="Rotary">Angles by position.</param>
internal sealed record AttentionShape(int Heads, int KeyHeads, int HeadSize, int Window, RotaryTable Rotary)
{
    /// <summary>Width of the queries.</summary>
    public int QueryWidth => Heads * HeadSize;

    /// <summary>Width of the keys, and of the values.</summary>
    public int KeyWidth => KeyHeads * HeadSize;

    /// <summary>Width of the whole buffer: queries, keys, values.</summary>
    public int Width => QueryWidth + 2 * KeyWidth;
}
