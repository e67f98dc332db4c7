namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>Methods of texts. Those of a marked text give marked texts.</summary>
internal static class TextMethods
{
    public static Func<Arguments, object?>? Find(object target, string name, Meter meter)
    {
        var text = Python.AsText(target)!;
        switch (name)
        {
            case "format":
                return arguments => BraceFormat.Apply(target, arguments, meter);
            case "format_map":
                return arguments =>
                    BraceFormat.Apply(target, new Arguments([], FromMapping(arguments.Bind(name, "map")[0])), meter);
            case "join":
                return arguments => Join(target, arguments.Bind(name, "items")[0], meter);
        }
        var method =
            TextCases.Find(text, name)
            ?? TextParts.Find(text, name, meter)
            ?? TextSearch.Find(text, name)
            ?? TextPads.Find(text, name, meter);
        if (method is null || target is not Markup)
            return method;
        return arguments => Marked(method(arguments));
    }

    private static object? Marked(object? value) =>
        value switch
        {
            string text => new Markup(text),
            Sequence list => new Sequence([.. list.Items.Select(Marked)], list.IsTuple),
            _ => value,
        };

    private static KeyValuePair<string, object?>[] FromMapping(object? value) =>
        value is Mapping mapping
            ? [.. mapping.Entries.Select(entry => KeyValuePair.Create(Python.Text(entry.Key), entry.Value))]
            : throw new TemplateException($"'format_map' needs a dictionary, not {Describe.Kind(value)}");

    private static object Join(object separator, object? items, Meter meter)
    {
        var parts = new List<string>();
        var length = 0L;
        foreach (var item in Python.Items(items))
        {
            meter.Spend();
            var part = separator is Markup ? Markup.Escape(item) : Python.AsText(item);
            parts.Add(part ?? throw new TemplateException($"'join' needs texts, not {Describe.Kind(item)}"));
            length += parts[^1].Length + Python.AsText(separator)!.Length;
            meter.Make(parts[^1].Length);
        }
        meter.Make(length);
        var text = string.Join(Python.AsText(separator), parts);
        return separator is Markup ? new Markup(text) : text;
    }
}
