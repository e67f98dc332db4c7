namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>A list or a tuple. Templates cannot change one.</summary>
internal sealed class Sequence : IContainer
{
    public Sequence(IReadOnlyList<object?> items, bool isTuple = false)
    {
        (Items, IsTuple) = (items, isTuple);
        (Depth, Weight) = Size.Of(items);
    }

    public IReadOnlyList<object?> Items { get; }

    public bool IsTuple { get; }

    /// <summary>Names of its items, of what <c>groupby</c> gives.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>Whether it is a message's content, given as parts.</summary>
    public bool IsContent { get; init; }

    public int Depth { get; }

    public long Weight { get; }

    public static Sequence Tuple(params IReadOnlyList<object?> items) => new(items, true);
}
