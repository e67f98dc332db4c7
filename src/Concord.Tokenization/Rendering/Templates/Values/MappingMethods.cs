namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>Methods of dictionaries that change nothing.</summary>
internal static class MappingMethods
{
    public static Func<Arguments, object?>? Find(Mapping mapping, string name) =>
        name switch
        {
            "get" => arguments =>
            {
                var given = arguments.Bind("get", "key", "default?");
                if (!Mapping.IsKey(given[0]))
                    throw new TemplateException($"{Describe.Kind(given[0])} cannot be a key");
                return mapping.TryGet(given[0], out var value) ? value : given.Or(1, null);
            },
            "keys" or "values" or "items" => arguments =>
            {
                arguments.Bind(name);
                return new MappingView(mapping, name);
            },
            "copy" => arguments =>
            {
                arguments.Bind(name);
                return mapping;
            },
            "fromkeys" => arguments =>
            {
                var given = arguments.Bind(name, "keys", "value?");
                return Python
                    .Items(given[0])
                    .Aggregate(new Mapping(), (made, key) => made.With(key, given.Or(1, null)));
            },
            _ => null,
        };
}
