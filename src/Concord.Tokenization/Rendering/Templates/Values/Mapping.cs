using System.Diagnostics.CodeAnalysis;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>
/// A dictionary in the order of its first entries; keys are equal as in Python (1, 1.0 and True are one). Templates
/// cannot change one.
/// </summary>
internal sealed class Mapping : IContainer
{
    private readonly OrderedDictionary<object, object?> entries = new(KeyComparer.Instance);
    private int depth = 1;
    private long weight = 1;

    public int Count => entries.Count;

    public int Depth => depth;

    public long Weight => weight;

    public IEnumerable<object?> Keys => entries.Keys.Select(Outside);

    public IEnumerable<object?> Values => entries.Values;

    public IEnumerable<KeyValuePair<object?, object?>> Entries =>
        entries.Select(entry => KeyValuePair.Create(Outside(entry.Key), entry.Value));

    /// <summary>Puts an entry in; while it is made only.</summary>
    /// <exception cref="TemplateException">The key is a list or a dictionary.</exception>
    public Mapping With(object? key, object? value)
    {
        if (!IsKey(key))
            throw new TemplateException($"{Describe.Kind(key)} cannot be a key");
        entries[Inside(key)] = value;
        Size.Add(key, ref depth, ref weight);
        Size.Add(value, ref depth, ref weight);
        return this;
    }

    public bool TryGet(object? key, [MaybeNullWhen(true)] out object? value)
    {
        value = null;
        return IsKey(key) && entries.TryGetValue(Inside(key), out value);
    }

    /// <summary>Whether a value can be a key: it and what is in it cannot change.</summary>
    public static bool IsKey(object? key) =>
        key switch
        {
            Mapping or Sequence { IsTuple: false } => false,
            Sequence tuple => tuple.Items.All(IsKey),
            _ => true,
        };

    private static object Inside(object? key) => key ?? NoneKey.Instance;

    private static object? Outside(object key) => key is NoneKey ? null : key;

    private sealed class NoneKey
    {
        public static readonly NoneKey Instance = new();
    }
}
