using Concord.Tokenization.Patterns;

namespace Concord.Tokenization.PreTokenizers;

/// <summary>What happens to the matches of a pattern, by Hugging Face's names.</summary>
internal enum SplitBehavior
{
    /// <summary>They vanish.</summary>
    Removed,

    /// <summary>Each stands alone.</summary>
    Isolated,

    /// <summary>Each goes to the end of the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>Each goes to the beginning of the piece after it.</summary>
    MergedWithNext,

    /// <summary>Neighbouring matches stand together.</summary>
    Contiguous,
}

/// <summary>Cuts a piece at the matches of a pattern.</summary>
internal static class Splitter
{
    /// <summary>Cuts a piece and appends the parts that are not empty.</summary>
    /// <param name="piece">What is cut.</param>
    /// <param name="pattern">What is sought.</param>
    /// <param name="behavior">What happens to what was found.</param>
    /// <param name="invert">Whether what was not found takes the place of what was.</param>
    /// <param name="parts">Where the parts go.</param>
    public static void Split(Piece piece, TextPattern pattern, SplitBehavior behavior, bool invert, List<Piece> parts)
    {
        var text = piece.Span;
        var collector = new Collector(piece, behavior, invert, parts);
        int previous = 0,
            from = 0;
        while (from <= text.Length)
        {
            var (start, end) = pattern.Next(text, from);
            if (start < 0)
                break;
            if (start == end)
            {
                // An empty match cuts, except right behind the match before it.
                if (start > previous)
                    collector.Add(previous, start, false);
                previous = start;
                from =
                    start
                    + (start < text.Length && char.IsHighSurrogate(text[start]) && start + 1 < text.Length ? 2 : 1);
                continue;
            }
            if (start > previous)
                collector.Add(previous, start, false);
            collector.Add(start, end, true);
            previous = from = end;
        }
        if (previous < text.Length)
            collector.Add(previous, text.Length, false);
        collector.Flush();
    }

    /// <summary>
    /// Joins the stretches, which come in order and cover the piece, as the behaviour says. One stretch waits, since
    /// what follows may still join it.
    /// </summary>
    private struct Collector(Piece piece, SplitBehavior behavior, bool invert, List<Piece> parts)
    {
        private int start = -1,
            end;
        private bool matched;

        public void Add(int from, int to, bool isMatch)
        {
            isMatch ^= invert;
            if (behavior == SplitBehavior.Removed)
            {
                if (!isMatch)
                    parts.Add(piece.Slice(from, to));
                return;
            }
            var joins =
                start >= 0
                && behavior switch
                {
                    SplitBehavior.Contiguous => isMatch == matched,
                    SplitBehavior.MergedWithPrevious => isMatch && !matched,
                    SplitBehavior.MergedWithNext => matched && !isMatch,
                    _ => false,
                };
            if (!joins)
            {
                Flush();
                start = from;
            }
            end = to;
            matched = isMatch;
        }

        public void Flush()
        {
            if (start >= 0)
                parts.Add(piece.Slice(start, end));
            start = -1;
        }
    }
}

/// <summary>Cuts at a pattern.</summary>
internal sealed class SplitStage(TextPattern pattern, SplitBehavior behavior, bool invert) : PreTokenizer
{
    public override void Split(Piece piece, List<Piece> parts) =>
        Splitter.Split(piece, pattern, behavior, invert, parts);
}
