using Concord.Foundation;

namespace Concord.Tokenization.Patterns;

/// <summary>
/// What a tokenizer may still do with the text that this thread has at hand. Its file says what is sought and replaced,
/// and some expressions and replacements take time or room without bounds.
/// </summary>
internal static class TextWork
{
    private const long FreeCharacters = 1 << 20;

    [ThreadStatic]
    private static long steps;

    [ThreadStatic]
    private static long characters;

    /// <summary>Steps that patterns may still take; counted down by who takes them.</summary>
    public static ref long Steps => ref steps;

    /// <summary>Begins with a text of so many characters.</summary>
    public static void Begin(int length)
    {
        var limits = Limits.Current;
        steps = limits.PatternSteps + limits.PatternStepsPerCharacter * length;
        characters = FreeCharacters + limits.TextGrowth * length;
    }

    /// <summary>Begins where nobody has.</summary>
    public static void BeginIfNone(int length)
    {
        if (steps <= 0)
            Begin(length);
    }

    /// <summary>Counts characters that a replacement makes.</summary>
    /// <exception cref="ConcordException">They are too many.</exception>
    public static void Grow(int count)
    {
        characters -= count;
        if (characters >= 0)
            return;
        steps = 0;
        throw new ConcordException(
            $"The tokenizer makes a text more than {Limits.Current.TextGrowth} times longer before it cuts it, as no "
                + $"tokenizer in use does. Take another tokenizer.json, or raise CONCORD_LIMIT_TEXT_GROWTH."
        );
    }

    /// <summary>Ends a search that took all its steps.</summary>
    public static ConcordException OutOfSteps(string expression)
    {
        steps = 0;
        var shown = expression.Length <= 60 ? expression : expression[..57] + "...";
        return new ConcordException(
            $"The tokenizer's pattern {shown} took more than {Limits.Current.PatternSteps} steps, and "
                + $"{Limits.Current.PatternStepsPerCharacter} for each character, over one text: it tries endlessly "
                + $"many ways to match it. Take another tokenizer.json, or raise CONCORD_LIMIT_PATTERN_STEPS."
        );
    }
}
