namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>
/// Depth and weight of what holds other values. A value may be in another many times, so that it doubles with each
/// level: what would be too large or too deep to write out is refused when it is made.
/// </summary>
internal static class Size
{
    private const int MaximumDepth = 200;
    private const long MaximumWeight = 1L << 26;

    /// <summary>The size of what holds these.</summary>
    public static (int Depth, long Weight) Of(IReadOnlyList<object?> items)
    {
        var (depth, weight) = (1, 1L);
        foreach (var item in items)
            Add(item, ref depth, ref weight);
        return (depth, weight);
    }

    /// <summary>Counts one more value in.</summary>
    public static void Add(object? item, ref int depth, ref long weight)
    {
        weight += 1 + Weight(item);
        if (item is IContainer inner && inner.Depth >= depth)
            depth = inner.Depth + 1;
        if (depth > MaximumDepth)
            throw new TemplateException($"a value is nested deeper than {MaximumDepth} levels") { IsLimit = true };
        if (weight > MaximumWeight)
            throw new TemplateException($"a value has more than {MaximumWeight} parts and characters")
            {
                IsLimit = true,
            };
    }

    /// <summary>How large a value is when written out.</summary>
    public static long Weight(object? value) =>
        value switch
        {
            string text => text.Length,
            Markup safe => safe.Text.Length,
            IContainer container => container.Weight,
            _ => 1,
        };
}
