namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>Methods of texts that make them wider.</summary>
internal static class TextPads
{
    public static Func<Arguments, object?>? Find(string text, string name, Meter meter) =>
        name switch
        {
            "ljust" or "rjust" or "center" => arguments =>
            {
                var given = arguments.Bind(name, "width", "fillchar?");
                var fill = given.OptionalText(1) ?? " ";
                if (CodePoints.Count(fill) != 1)
                    throw new TemplateException($"'{name}' needs one character to fill with");
                return Pad(text, given.Int(0, 0), fill, name, meter);
            },
            "zfill" => arguments =>
            {
                var width = arguments.Bind(name, "width").Int(0, 0);
                var sign = text.Length > 0 && text[0] is '+' or '-' ? text[..1] : "";
                return sign + Pad(text[sign.Length..], width - sign.Length, "0", "rjust", meter);
            },
            "expandtabs" => arguments => ExpandTabs(text, arguments.Bind(name, "tabsize?").Int(0, 8), meter),
            _ => null,
        };

    public static string Pad(string text, int width, string fill, string name, Meter meter)
    {
        var missing = width - CodePoints.Count(text);
        if (missing <= 0)
            return text;
        meter.Make((long)text.Length + (long)missing * fill.Length);
        string Filled(int count) => string.Concat(Enumerable.Repeat(fill, count));
        // An odd blank goes to the left where the width is odd, as in Python.
        var left =
            name == "center" ? missing / 2 + (missing & width & 1)
            : name == "rjust" ? missing
            : 0;
        return Filled(left) + text + Filled(missing - left);
    }

    private static string ExpandTabs(string text, int size, Meter meter)
    {
        var result = new System.Text.StringBuilder();
        var column = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == '\t')
            {
                var blanks = size > 0 ? size - column % size : 0;
                meter.Make(blanks);
                result.Append(' ', blanks);
                column += blanks;
                continue;
            }
            result.Append(rune.ToString());
            column = rune.Value is '\n' or '\r' ? 0 : column + 1;
        }
        return result.ToString();
    }
}
