using System.Numerics;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>Methods of texts that look for another text; places count code points.</summary>
internal static class TextSearch
{
    public static Func<Arguments, object?>? Find(string text, string name) =>
        name switch
        {
            "startswith" or "endswith" => arguments => Begins(text, arguments, name),
            "find" or "rfind" or "index" or "rindex" => arguments => Place(text, arguments, name),
            "count" => arguments => Count(text, arguments.Bind(name, "sub", "start?", "end?")),
            _ => null,
        };

    private static bool Begins(string text, Arguments arguments, string name)
    {
        var given = arguments.Bind(name, "prefix", "start?", "end?");
        var part = Part(text, given, out _);
        bool One(object? prefix) =>
            Python.AsText(prefix) is { } sought
                ? part is not null
                    && (
                        name == "startswith"
                            ? part.StartsWith(sought, StringComparison.Ordinal)
                            : part.EndsWith(sought, StringComparison.Ordinal)
                    )
                : throw new TemplateException(
                    $"'{name}' needs a text or a tuple of texts, not {Describe.Kind(prefix)}"
                );
        return given[0] is Sequence { IsTuple: true } several ? several.Items.Any(One) : One(given[0]);
    }

    private static BigInteger Place(string text, Arguments arguments, string name)
    {
        var given = arguments.Bind(name, "sub", "start?", "end?");
        var sought = given.Text(0);
        var at = -1;
        if (Part(text, given, out var start) is { } part)
        {
            var found = name.StartsWith('r')
                ? part.LastIndexOf(sought, StringComparison.Ordinal)
                : part.IndexOf(sought, StringComparison.Ordinal);
            if (found >= 0)
                at = start + CodePoints.Count(part.AsSpan(0, found));
        }
        if (at < 0 && name.EndsWith("index", StringComparison.Ordinal))
            throw new TemplateException($"'{name}' looks for a text that is not there");
        return new BigInteger(at);
    }

    private static BigInteger Count(string text, BoundArguments given)
    {
        var sought = given.Text(0);
        if (Part(text, given, out _) is not { } part)
            return BigInteger.Zero;
        if (sought.Length == 0)
            return new BigInteger(CodePoints.Count(part) + 1);
        var count = 0;
        for (
            var at = part.IndexOf(sought, StringComparison.Ordinal);
            at >= 0;
            at = part.IndexOf(sought, at + sought.Length, StringComparison.Ordinal)
        )
            count++;
        return new BigInteger(count);
    }

    // The part between two places, or null where it would end before it begins.
    private static string? Part(string text, BoundArguments given, out int start)
    {
        var hasStart = given.Has(1) && given[1] is not null;
        var hasEnd = given.Has(2) && given[2] is not null;
        start = 0;
        if (!hasStart && !hasEnd)
            return text;
        var count = CodePoints.Count(text);
        int Clamped(int place) => place < 0 ? Math.Max(0, place + count) : place;
        start = hasStart ? Clamped(given.Int(1, 0)) : 0;
        var end = Math.Min(count, hasEnd ? Clamped(given.Int(2, 0)) : count);
        return start > end ? null : CodePoints.Slice(text, start, end);
    }
}
