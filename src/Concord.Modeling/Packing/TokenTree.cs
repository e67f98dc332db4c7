namespace Concord.Modeling.Packing;

/// <summary>Texts that begin alike: the ids they share, once, and each text's own ids after them.</summary>
/// <param name="Prefix">What all texts begin with; may be empty.</param>
/// <param name="Branches">What follows in each; one may be empty, a text that all others go on from.</param>
internal sealed record TokenTree(int[] Prefix, int[][] Branches)
{
    /// <summary>Number of tokens that are computed.</summary>
    public int Length => Prefix.Length + Branches.Sum(branch => branch.Length);
}
