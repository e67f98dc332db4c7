using Concord.Tokenization.Patterns;

namespace Concord.Tokenization.PreTokenizers;

/// <summary>
/// Keeps what an expression matches and drops the rest: <c>Whitespace</c> (runs of word characters, runs of others) and
/// <c>WhitespaceSplit</c> (runs of anything but white space).
/// </summary>
internal sealed class WhitespaceStage(bool wordsApart) : PreTokenizer
{
    private readonly RegexPattern kept = new(wordsApart ? @"\w+|[^\w\s]+" : @"\S+");

    public override void Split(Piece piece, List<Piece> parts) =>
        Splitter.Split(piece, kept, SplitBehavior.Removed, invert: true, parts);
}
