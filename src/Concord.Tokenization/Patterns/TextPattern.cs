namespace Concord.Tokenization.Patterns;

/// <summary>Finds matches in a text without lone surrogates, from left to right.</summary>
internal abstract class TextPattern
{
    /// <summary>The next match at or after <paramref name="from"/>: its start and end, or a start of -1.</summary>
    public abstract (int Start, int End) Next(ReadOnlySpan<char> text, int from);

    /// <summary>
    /// The pattern of a regular expression in Oniguruma's syntax: a scanner written by hand where the expression is a
    /// known one, else the general engine.
    /// </summary>
    /// <exception cref="UnsupportedPatternException">The expression uses something the engine does not
    /// know.</exception>
    public static TextPattern ForRegex(string expression) =>
        ContractionPattern.TryCreate(expression) ?? (TextPattern)new RegexPattern(expression);
}

/// <summary>A fixed string.</summary>
internal sealed class LiteralPattern(string literal) : TextPattern
{
    public override (int Start, int End) Next(ReadOnlySpan<char> text, int from)
    {
        var found = literal.Length == 0 ? -1 : text[from..].IndexOf(literal, StringComparison.Ordinal);
        return found < 0 ? (-1, -1) : (from + found, from + found + literal.Length);
    }
}

/// <summary>A regular expression uses what the engine does not know.</summary>
internal sealed class UnsupportedPatternException(string message) : Exception(message);
