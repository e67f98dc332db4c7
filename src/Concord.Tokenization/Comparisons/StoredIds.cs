namespace Concord.Tokenization.Comparisons;

/// <summary>Where the ids of a comparison lie in a file: the prefix, and after it the suffixes.</summary>
/// <param name="File">The file.</param>
/// <param name="Index">The comparison's number in it.</param>
/// <param name="Offset">The prefix's first byte.</param>
/// <param name="PrefixLength">Ids of the prefix.</param>
/// <param name="SuffixLengths">Ids of each suffix.</param>
/// <param name="Key">The hash of the ids.</param>
internal sealed record StoredIds(
    TokenFile File,
    int Index,
    long Offset,
    int PrefixLength,
    int[] SuffixLengths,
    UInt128 Key
)
{
    /// <summary>Copies the ids out.</summary>
    public (int[] Prefix, int[][] Suffixes) Read() => File.Read(this);
}
