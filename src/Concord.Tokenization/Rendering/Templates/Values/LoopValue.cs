using System.Numerics;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>
/// <c>loop</c>: where a loop is. What lies ahead is drawn only when it is asked for, as Jinja does.
/// </summary>
internal sealed class LoopValue : IAttributes
{
    private readonly IEnumerator<object?> items;
    private readonly Queue<object?> ahead = [];
    private readonly Func<object?, int, string>? recurse;
    private readonly int depth;
    private int? length;
    private object? before;
    private object? current;
    private object? changed;
    private bool hasChanged;

    /// <param name="source">What is gone through.</param>
    /// <param name="items">Its items.</param>
    /// <param name="recurse">Renders the body for other items, one level deeper; null where the loop is not
    /// recursive.</param>
    /// <param name="depth">How deep in recursion it is, from 0.</param>
    public LoopValue(object? source, IEnumerable<object?> items, Func<object?, int, string>? recurse, int depth)
    {
        (this.items, this.recurse, this.depth) = (items.GetEnumerator(), recurse, depth);
        length = source is Iterator ? null : Python.Length(source);
    }

    public int Index { get; private set; }

    /// <summary>How many items there are; draws all that are not known yet.</summary>
    public int Length
    {
        get
        {
            if (length is { } known)
                return known;
            while (Draw()) { }
            return (length = Index + ahead.Count).Value;
        }
    }

    /// <summary>Goes to the next item.</summary>
    public bool Next(out object? item)
    {
        item = null;
        if (ahead.Count == 0 && !Draw())
            return false;
        item = ahead.Dequeue();
        (before, current) = (current, item);
        Index++;
        return true;
    }

    public bool TryGet(string name, out object? value)
    {
        bool known;
        (known, value) = name switch
        {
            "index" => (true, new BigInteger(Index)),
            "index0" => (true, new BigInteger(Index - 1)),
            "revindex" => (true, new BigInteger(Length - Index + 1)),
            "revindex0" => (true, new BigInteger(Length - Index)),
            "length" => (true, new BigInteger(Length)),
            "first" => (true, Index == 1),
            "last" => (true, ahead.Count == 0 && !Draw()),
            "depth" => (true, new BigInteger(depth + 1)),
            "depth0" => (true, new BigInteger(depth)),
            "previtem" => (true, Index == 1 ? new Undefined("there is no previous item") : before),
            "nextitem" => (true, ahead.Count > 0 || Draw() ? ahead.Peek() : new Undefined("there is no next item")),
            "cycle" => (true, new Callable("cycle", Cycle)),
            "changed" => (true, new Callable("changed", arguments => HasChanged(arguments))),
            _ => (false, (object?)null),
        };
        return known;
    }

    /// <summary>The body for other items.</summary>
    public string Recurse(object? items) =>
        recurse is null
            ? throw new TemplateException("a loop that calls itself must be 'recursive'")
            : recurse(items, depth + 1);

    private bool Draw()
    {
        if (!items.MoveNext())
            return false;
        ahead.Enqueue(items.Current);
        return true;
    }

    private object? Cycle(Arguments arguments) =>
        arguments.Positional.Count == 0
            ? throw new TemplateException("'loop.cycle' needs values")
            : arguments.Positional[(Index - 1) % arguments.Positional.Count];

    private bool HasChanged(Arguments arguments)
    {
        var now = Sequence.Tuple(arguments.Positional);
        if (hasChanged && Python.AreEqual(changed, now))
            return false;
        (changed, hasChanged) = (now, true);
        return true;
    }
}
