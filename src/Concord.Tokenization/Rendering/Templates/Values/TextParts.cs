using System.Numerics;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>Methods of texts that take them apart, or parts away.</summary>
internal static class TextParts
{
    public static Func<Arguments, object?>? Find(string text, string name, Meter meter) =>
        name switch
        {
            "strip" or "lstrip" or "rstrip" => arguments =>
                Strip(text, arguments.Bind(name, "chars?").OptionalText(0), name != "rstrip", name != "lstrip"),
            "split" or "rsplit" => arguments =>
                Split(text, arguments.Bind(name, "sep?", "maxsplit?"), name == "rsplit", meter),
            "splitlines" => arguments => new Sequence(Lines(text, arguments.Bind(name, "keepends?").Flag(0))),
            "partition" or "rpartition" => arguments =>
                Partition(text, Separator(arguments.Bind(name, "sep").Text(0)), name == "rpartition"),
            "removeprefix" => arguments =>
                arguments.Bind(name, "prefix").Text(0) is var prefix
                && text.StartsWith(prefix, StringComparison.Ordinal)
                    ? text[prefix.Length..]
                    : text,
            "removesuffix" => arguments =>
                arguments.Bind(name, "suffix").Text(0) is var suffix && text.EndsWith(suffix, StringComparison.Ordinal)
                    ? text[..^suffix.Length]
                    : text,
            "replace" => arguments =>
                arguments.Bind(name, "old", "new", "count?") is var given
                    ? Replace(text, given.Text(0), given.Text(1), given.Int(2, -1), meter)
                    : null,
            _ => null,
        };

    /// <summary>Takes characters (white space without a set) from the ends.</summary>
    public static string Strip(string text, string? characters, bool left, bool right)
    {
        var start = 0;
        var end = text.Length;
        if (characters is null || characters.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            bool Goes(char unit) => characters is null ? Syntax.TemplateLexer.IsSpace(unit) : characters.Contains(unit);
            while (left && start < end && Goes(text[start]))
                start++;
            while (right && end > start && Goes(text[end - 1]))
                end--;
            return text[start..end];
        }
        var set = CodePoints.Letters(characters).ToHashSet();
        string[] letters = [.. CodePoints.Letters(text).Cast<string>()];
        var (first, last) = (0, letters.Length);
        while (left && first < last && set.Contains(letters[first]))
            first++;
        while (right && last > first && set.Contains(letters[last - 1]))
            last--;
        return string.Concat(letters[first..last]);
    }

    /// <summary>Puts one text in place of another, at most <paramref name="count"/> times (-1: everywhere).</summary>
    public static string Replace(string text, string old, string @new, int count, Meter meter)
    {
        if (count == 0)
            return text;
        var limit = count < 0 ? int.MaxValue : count;
        var pieces = new List<string>();
        if (old.Length == 0)
        {
            string[] letters = [.. CodePoints.Letters(text).Cast<string>()];
            for (var at = 0; at < letters.Length; at++)
                pieces.Add((at < limit ? @new : "") + letters[at]);
            pieces.Add(letters.Length < limit ? @new : "");
            meter.Make(text.Length + (BigInteger)Math.Min(limit, letters.Length + 1) * @new.Length);
            return string.Concat(pieces);
        }
        var found = 0;
        for (
            var at = text.IndexOf(old, StringComparison.Ordinal);
            at >= 0 && found < limit;
            at = text.IndexOf(old, at + old.Length, StringComparison.Ordinal)
        )
            found++;
        if (found == 0)
            return text;
        meter.Make(text.Length + (BigInteger)found * (@new.Length - old.Length));
        if (limit >= found && count < 0)
            return text.Replace(old, @new, StringComparison.Ordinal);
        var result = new System.Text.StringBuilder();
        var from = 0;
        for (var done = 0; done < found; done++)
        {
            var at = text.IndexOf(old, from, StringComparison.Ordinal);
            result.Append(text, from, at - from).Append(@new);
            from = at + old.Length;
        }
        return result.Append(text, from, text.Length - from).ToString();
    }

    private static string Separator(string separator) =>
        separator.Length > 0 ? separator : throw new TemplateException("a text cannot be split at an empty text");

    private static Sequence Split(string text, BoundArguments arguments, bool fromRight, Meter meter)
    {
        var limit = arguments.Int(1, -1);
        if (limit < 0)
            limit = int.MaxValue;
        var parts = arguments.OptionalText(0) is { } separator
            ? At(text, Separator(separator), limit, fromRight)
            : AtSpace(text, limit, fromRight);
        meter.Hold(parts.Count);
        meter.Make(text.Length);
        return new Sequence([.. parts]);
    }

    private static List<object?> At(string text, string separator, int limit, bool fromRight)
    {
        var parts = new List<object?>();
        if (fromRight)
        {
            var end = text.Length;
            while (limit-- > 0 && end > 0)
            {
                var at =
                    end < separator.Length ? -1 : text.LastIndexOf(separator, end - 1, end, StringComparison.Ordinal);
                if (at < 0)
                    break;
                parts.Add(text[(at + separator.Length)..end]);
                end = at;
            }
            parts.Add(text[..end]);
            parts.Reverse();
            return parts;
        }
        var from = 0;
        while (limit-- > 0)
        {
            var at = text.IndexOf(separator, from, StringComparison.Ordinal);
            if (at < 0)
                break;
            parts.Add(text[from..at]);
            from = at + separator.Length;
        }
        parts.Add(text[from..]);
        return parts;
    }

    private static List<object?> AtSpace(string text, int limit, bool fromRight)
    {
        var parts = new List<object?>();
        if (fromRight)
        {
            var end = text.Length;
            while (true)
            {
                while (end > 0 && Syntax.TemplateLexer.IsSpace(text[end - 1]))
                    end--;
                if (end == 0)
                    break;
                var start = end;
                while (start > 0 && !Syntax.TemplateLexer.IsSpace(text[start - 1]))
                    start--;
                if (limit-- <= 0)
                    start = 0;
                parts.Add(text[start..end]);
                end = start;
            }
            parts.Reverse();
            return parts;
        }
        for (var at = 0; ; )
        {
            while (at < text.Length && Syntax.TemplateLexer.IsSpace(text[at]))
                at++;
            if (at == text.Length)
                return parts;
            var end = at;
            while (end < text.Length && !Syntax.TemplateLexer.IsSpace(text[end]))
                end++;
            if (limit-- <= 0)
                end = text.Length;
            parts.Add(text[at..end]);
            at = end;
        }
    }

    private static Sequence Partition(string text, string separator, bool fromRight)
    {
        var at = fromRight
            ? text.LastIndexOf(separator, StringComparison.Ordinal)
            : text.IndexOf(separator, StringComparison.Ordinal);
        if (at < 0)
            return fromRight ? Sequence.Tuple("", "", text) : Sequence.Tuple(text, "", "");
        return Sequence.Tuple(text[..at], separator, text[(at + separator.Length)..]);
    }

    /// <summary>Lines, at all the ends that Python knows.</summary>
    public static List<object?> Lines(string text, bool keepEnds)
    {
        var lines = new List<object?>();
        var start = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (
                text[at]
                is not ('\n' or '\r' or '\v' or '\f' or >= '\u001c' and <= '\u001e' or '\u0085' or '\u2028' or '\u2029')
            )
                continue;
            var end = text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n' ? at + 2 : at + 1;
            lines.Add(text[start..(keepEnds ? end : at)]);
            (start, at) = (end, end - 1);
        }
        if (start < text.Length)
            lines.Add(text[start..]);
        return lines;
    }
}
