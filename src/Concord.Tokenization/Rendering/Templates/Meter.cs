using System.Numerics;
using System.Runtime.CompilerServices;

namespace Concord.Tokenization.Rendering.Templates;

/// <summary>Counts what one rendering does, and ends it where a limit is reached.</summary>
internal sealed class Meter(ChatTemplateLimits limits)
{
    // Copying is cheap beside evaluating: so many characters count as a step.
    private const int CharactersOfAStep = 256;

    private long steps;
    private long characters;
    private int depth;

    public int LongestText => limits.Length;

    /// <summary>Something is done.</summary>
    public void Spend(long count = 1)
    {
        steps += count;
        if (steps > limits.Steps)
            throw Limit($"it takes more than {limits.Steps} steps");
    }

    /// <summary>A text of so many characters is about to be made.</summary>
    public void Make(BigInteger length)
    {
        if (length > limits.Length)
            throw Limit($"a text becomes longer than {limits.Length} characters");
        characters += (long)length;
        if (characters > limits.Length * 8L)
            throw Limit($"its texts together become longer than {limits.Length * 8L} characters");
        Spend((long)length / CharactersOfAStep);
    }

    /// <summary>A list of so many items is about to be made.</summary>
    public void Hold(BigInteger count) => Make(count * 8);

    /// <summary>One evaluation within another begins.</summary>
    public void Enter()
    {
        steps++;
        if (steps > limits.Steps)
            throw Limit($"it takes more than {limits.Steps} steps");
        if (++depth > limits.Depth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Limit($"it goes deeper than {limits.Depth} levels");
    }

    /// <summary>It ends.</summary>
    public void Leave() => depth--;

    private static TemplateException Limit(FormattableString what) =>
        new(FormattableString.Invariant(what)) { IsLimit = true };
}
