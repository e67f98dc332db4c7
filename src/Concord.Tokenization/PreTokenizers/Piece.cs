namespace Concord.Tokenization.PreTokenizers;

/// <summary>A stretch of a text on its way to becoming words.</summary>
/// <param name="Text">The text it lies in.</param>
/// <param name="Start">Its first UTF-16 unit there.</param>
/// <param name="Length">Its number of units.</param>
/// <param name="IsFirst">Whether it begins where the original text begins.</param>
internal readonly record struct Piece(string Text, int Start, int Length, bool IsFirst)
{
    public ReadOnlySpan<char> Span => Text.AsSpan(Start, Length);

    /// <summary>A piece that is the whole of a changed text.</summary>
    public Piece With(string text) => new(text, 0, text.Length, IsFirst);

    /// <summary>A part, by places in the piece.</summary>
    public Piece Slice(int start, int end) => new(Text, Start + start, end - start, IsFirst && start == 0);
}
