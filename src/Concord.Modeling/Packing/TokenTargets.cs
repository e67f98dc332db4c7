namespace Concord.Modeling.Packing;

/// <summary>Tokens whose log-probabilities are asked for.</summary>
/// <param name="Rows">The hidden state each is predicted from: a row of (N, H). Several may share one, and their
/// products with the vocabulary. // (M)</param>
/// <param name="Ids">The tokens. // (M)</param>
internal sealed record TokenTargets(int[] Rows, int[] Ids)
{
    /// <summary>M.</summary>
    public int Count => Ids.Length;
}
