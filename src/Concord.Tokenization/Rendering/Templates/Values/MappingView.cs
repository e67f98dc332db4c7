namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>The keys, values or items of a dictionary.</summary>
internal sealed record MappingView(Mapping Mapping, string Kind)
{
    public IEnumerable<object?> Items =>
        Kind switch
        {
            "keys" => Mapping.Keys,
            "values" => Mapping.Values,
            _ => Mapping.Entries.Select(entry => (object?)Sequence.Tuple(entry.Key, entry.Value)),
        };
}
