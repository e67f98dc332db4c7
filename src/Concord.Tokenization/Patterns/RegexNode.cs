namespace Concord.Tokenization.Patterns;

/// <summary>A part of a parsed expression.</summary>
internal abstract record RegexNode;

/// <summary>One code point of a set.</summary>
internal sealed record SetNode(CodePointSet Set) : RegexNode;

/// <summary>Parts one after the other.</summary>
internal sealed record SequenceNode(IReadOnlyList<RegexNode> Parts) : RegexNode;

/// <summary>The first alternative that leads to a match.</summary>
internal sealed record ChoiceNode(IReadOnlyList<RegexNode> Alternatives) : RegexNode;

/// <summary>How a repetition chooses its count.</summary>
internal enum RepeatMode
{
    /// <summary>As many as possible, fewer when what follows fails.</summary>
    Greedy,

    /// <summary>As few as possible, more when what follows fails.</summary>
    Lazy,

    /// <summary>As many as possible, never fewer.</summary>
    Possessive,
}

/// <summary>A part repeated; <paramref name="Max"/> is -1 for no limit.</summary>
internal sealed record RepeatNode(RegexNode Body, int Min, int Max, RepeatMode Mode) : RegexNode;

/// <summary>A condition on what stands after (or, <paramref name="Behind"/>, before) this place.</summary>
internal sealed record LookNode(RegexNode Body, bool Behind, bool Negative) : RegexNode;

/// <summary>A part matched once, without going back into it.</summary>
internal sealed record AtomicNode(RegexNode Body) : RegexNode;

/// <summary>The places an anchor names.</summary>
internal enum Anchor
{
    /// <summary><c>^</c>: the start of the text or after a line feed.</summary>
    LineStart,

    /// <summary><c>$</c>: the end of the text or before a line feed.</summary>
    LineEnd,

    /// <summary><c>\A</c>.</summary>
    TextStart,

    /// <summary><c>\z</c>.</summary>
    TextEnd,
}

/// <summary>A place.</summary>
internal sealed record AnchorNode(Anchor Anchor) : RegexNode;
