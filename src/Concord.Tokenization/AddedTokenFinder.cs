using System.Buffers;
using Concord.Tokenization.PreTokenizers;
using Concord.Tokenization.Unicode;

namespace Concord.Tokenization;

/// <summary>Cuts a text at added tokens: the leftmost first, of those that begin at one place the longest.</summary>
internal sealed class AddedTokenFinder
{
    private readonly SearchValues<string>? anywhere;
    private readonly Dictionary<char, (string Text, AddedToken Token)[]> byFirst;

    /// <summary>Takes the tokens with the text by which each is sought.</summary>
    public AddedTokenFinder(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        // Of tokens sought by the same text the first counts.
        var sought = tokens
            .Where(entry => entry.Text.Length > 0)
            .DistinctBy(entry => entry.Text, StringComparer.Ordinal)
            .ToArray();
        byFirst = sought
            .GroupBy(entry => entry.Text[0])
            .ToDictionary(group => group.Key, group => group.OrderByDescending(entry => entry.Text.Length).ToArray());
        if (sought.Length > 0)
            anywhere = SearchValues.Create([.. sought.Select(entry => entry.Text)], StringComparison.Ordinal);
    }

    /// <summary>
    /// Appends the stretches of a piece in order, each with the id of the token it is, or -1 for text.
    /// </summary>
    public void Cut(Piece piece, List<(Piece Piece, int Id)> stretches)
    {
        if (anywhere is null)
        {
            stretches.Add((piece, -1));
            return;
        }
        var text = piece.Span;
        int from = 0,
            done = 0;
        while (from < text.Length)
        {
            var found = text[from..].IndexOfAny(anywhere);
            if (found < 0)
                break;
            int start = from + found,
                end;
            var token = LongestAt(text, start, out var length);
            from = end = start + length;
            var touched =
                start > 0 && UnicodeTable.IsWord(Before(text, start))
                || end < text.Length && UnicodeTable.IsWord(UnicodeTable.Read(text, end, out _));
            if (token.SingleWord && touched)
                continue;
            if (token.StripsLeft)
                while (start > done && UnicodeTable.IsWhitespace(text[start - 1]))
                    start--;
            if (token.StripsRight)
                while (end < text.Length && UnicodeTable.IsWhitespace(text[end]))
                    end++;
            if (start > done)
                stretches.Add((piece.Slice(done, start), -1));
            stretches.Add((piece.Slice(start, end), token.Id));
            done = end;
        }
        if (done < text.Length)
            stretches.Add((piece.Slice(done, text.Length), -1));
    }

    private AddedToken LongestAt(ReadOnlySpan<char> text, int start, out int length)
    {
        foreach (var (sought, token) in byFirst[text[start]])
            if (text[start..].StartsWith(sought, StringComparison.Ordinal))
            {
                length = sought.Length;
                return token;
            }
        throw new InvalidOperationException("An added token was found and then not found.");
    }

    private static int Before(ReadOnlySpan<char> text, int index) =>
        index > 1 && char.IsSurrogatePair(text[index - 2], text[index - 1])
            ? char.ConvertToUtf32(text[index - 2], text[index - 1])
            : text[index - 1];
}
