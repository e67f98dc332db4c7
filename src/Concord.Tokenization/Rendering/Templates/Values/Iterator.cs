using System.Runtime.CompilerServices;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>What gives its items once, as they are asked for: <c>map</c>, <c>select</c> and their kind.</summary>
internal sealed class Iterator(IEnumerable<object?> items, string kind)
{
    private readonly IEnumerator<object?> items = items.GetEnumerator();

    public string Kind => kind;

    public IEnumerable<object?> Rest()
    {
        while (Next())
            yield return items.Current;
    }

    // One may draw on another, thousands deep.
    private bool Next() =>
        RuntimeHelpers.TryEnsureSufficientExecutionStack()
            ? items.MoveNext()
            : throw new TemplateException("its filters are nested too deep") { IsLimit = true };
}
