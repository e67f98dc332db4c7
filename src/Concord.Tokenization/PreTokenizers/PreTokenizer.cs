namespace Concord.Tokenization.PreTokenizers;

/// <summary>A stage that cuts pieces into smaller ones, changing their text where it says so.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Cuts one piece, which is not empty, and appends the parts that are not empty.</summary>
    public abstract void Split(Piece piece, List<Piece> parts);
}
