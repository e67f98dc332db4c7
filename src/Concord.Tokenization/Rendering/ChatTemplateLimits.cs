using Concord.Foundation;

namespace Concord.Tokenization.Rendering;

/// <summary>What one rendering of a chat template may take, so that no template runs without end.</summary>
public sealed record ChatTemplateLimits
{
    /// <summary>Evaluations and what counts as one: an item of a list that is made, 256 characters that are
    /// copied.</summary>
    [Setting("Most steps that one rendering of a chat template may take.", Least = 1)]
    public long Steps { get; init; } = 4_000_000;

    /// <summary>Characters of the rendering and of any text within it; all texts that it makes may together have eight
    /// times as many.</summary>
    [Setting("Longest text that a chat template may make, in characters.", Least = 1, Most = 1 << 28)]
    public int Length { get; init; } = 1 << 24;

    /// <summary>Calls within calls and evaluations within evaluations while it runs.</summary>
    [Setting("Deepest evaluation within evaluation of a chat template.", Least = 1, Most = 10_000)]
    public int Depth { get; init; } = 1_000;

    /// <summary>Brackets within brackets and statements within statements of its text.</summary>
    [Setting("Deepest nesting of a chat template's own text.", Least = 1, Most = 1_000)]
    public int Nesting { get; init; } = 100;

    /// <summary>Characters of its own text.</summary>
    [Setting("Longest chat template, in characters.", Least = 1)]
    public int TemplateLength { get; init; } = 1 << 21;
}
