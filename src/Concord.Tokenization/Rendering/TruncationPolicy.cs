namespace Concord.Tokenization.Rendering;

/// <summary>
/// What happens to a comparison with a row longer than the maximum length. BOS stays at the front and EOS (pooling
/// <c>eos</c>) at the end under every policy.
/// </summary>
public enum TruncationPolicy
{
    /// <summary>
    /// The prompt is cut on its left, by the same number of ids in all rows of the comparison, so that they go on
    /// sharing it. A response longer than the window loses its end.
    /// </summary>
    SharedLeft,

    /// <summary>
    /// Each row that is too long loses its beginning; rows of one comparison may then share next to nothing.
    /// </summary>
    Left,

    /// <summary>Each row that is too long loses its end.</summary>
    Right,

    /// <summary>The comparison is left out, and counted.</summary>
    Drop,

    /// <summary>An error names the record.</summary>
    Error,
}
