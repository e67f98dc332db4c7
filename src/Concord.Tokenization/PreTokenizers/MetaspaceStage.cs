using Concord.Tokenization.Patterns;

namespace Concord.Tokenization.PreTokenizers;

/// <summary>Where <see cref="MetaspaceStage"/> puts a mark that the text does not have.</summary>
internal enum PrependScheme
{
    /// <summary>Before every stretch between added tokens.</summary>
    Always,

    /// <summary>Before the stretch the text begins with.</summary>
    First,

    /// <summary>Nowhere.</summary>
    Never,
}

/// <summary>Writes spaces as a mark (▁), puts one in front, and cuts before each where asked.</summary>
internal sealed class MetaspaceStage(char replacement, PrependScheme scheme, bool split) : PreTokenizer
{
    private readonly LiteralPattern mark = new(replacement.ToString());

    public override void Split(Piece piece, List<Piece> parts)
    {
        var span = piece.Span;
        var begins = span[0] == ' ' || span[0] == replacement;
        var prepends = !begins && (scheme == PrependScheme.Always || scheme == PrependScheme.First && piece.IsFirst);
        if (prepends || span.Contains(' '))
            piece = piece.With(
                string.Create(
                    span.Length + (prepends ? 1 : 0),
                    (piece, replacement),
                    static (target, state) =>
                    {
                        target[0] = state.replacement;
                        var source = state.piece.Span;
                        source.Replace(target[(target.Length - source.Length)..], ' ', state.replacement);
                    }
                )
            );
        if (split)
            Splitter.Split(piece, mark, SplitBehavior.MergedWithNext, invert: false, parts);
        else
            parts.Add(piece);
    }
}
