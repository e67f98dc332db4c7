using Concord.Tokenization.Rendering.Templates.Values;

namespace Concord.Tokenization.Rendering.Templates.Functions;

/// <summary>The filter <c>wordwrap</c>: Python's <c>textwrap</c>, line by line.</summary>
internal static class WordWrap
{
    public static object? Apply(object? input, Arguments arguments, Meter meter)
    {
        var given = arguments.Bind(
            "the filter 'wordwrap'",
            "width?",
            "break_long_words?",
            "wrapstring?",
            "break_on_hyphens?"
        );
        var width = given.Int(0, 79);
        if (width <= 0)
            throw new TemplateException("the filter 'wordwrap' needs a width above 0");
        var end = given.OptionalText(2) ?? "\n";
        var text = Python.AsText(input) ?? throw new TemplateException($"{Describe.Kind(input)} cannot be wrapped");
        meter.Make(text.Length * 2L);
        return string.Join(
            end,
            TextParts
                .Lines(text, false)
                .Cast<string>()
                .Select(line => string.Join(end, Wrap(line, width, given.Flag(1, true), given.Flag(3, true), meter)))
        );
    }

    private static List<string> Wrap(string line, int width, bool breakWords, bool breakHyphens, Meter meter)
    {
        var lines = new List<string>();
        var chunks = new Stack<string>(Chunks(line, breakHyphens).Reverse());
        while (chunks.Count > 0)
        {
            var current = new List<string>();
            var length = 0;
            if (lines.Count > 0 && string.IsNullOrWhiteSpace(chunks.Peek()))
                chunks.Pop();
            while (chunks.Count > 0 && length + CodePoints.Count(chunks.Peek()) <= width)
            {
                length += CodePoints.Count(chunks.Peek());
                current.Add(chunks.Pop());
            }
            if (chunks.Count > 0 && CodePoints.Count(chunks.Peek()) > width)
                BreakLong(chunks, current, width - length, breakWords, breakHyphens);
            if (current.Count > 0 && string.IsNullOrWhiteSpace(current[^1]))
                current.RemoveAt(current.Count - 1);
            meter.Spend();
            if (current.Count > 0)
                lines.Add(string.Concat(current));
        }
        return lines;
    }

    private static void BreakLong(Stack<string> chunks, List<string> current, int left, bool breakWords, bool hyphens)
    {
        if (breakWords)
        {
            var chunk = chunks.Pop();
            var space = Math.Max(1, left);
            var part = CodePoints.Slice(chunk, 0, space);
            var hyphen = hyphens && CodePoints.Count(chunk) > space ? part.LastIndexOf('-') : -1;
            if (hyphen > 0 && part[..hyphen].Any(unit => unit != '-'))
                part = part[..(hyphen + 1)];
            current.Add(part);
            if (part.Length < chunk.Length)
                chunks.Push(chunk[part.Length..]);
        }
        else if (current.Count == 0)
            current.Add(chunks.Pop());
    }

    // Words and the blanks between them; words also end after a hyphen between letters.
    private static IEnumerable<string> Chunks(string line, bool breakHyphens)
    {
        for (var at = 0; at < line.Length; )
        {
            var end = at;
            var isBlank = IsBlank(line[at]);
            while (end < line.Length && IsBlank(line[end]) == isBlank)
            {
                end++;
                if (
                    breakHyphens
                    && !isBlank
                    && line[end - 1] == '-'
                    && end - at >= 3
                    && char.IsLetter(line[end - 2])
                    && char.IsLetter(line[end - 3])
                    && end + 1 < line.Length
                    && char.IsLetter(line[end])
                    && char.IsLetter(line[end + 1])
                )
                    break;
            }
            yield return line[at..end];
            at = end;
        }
    }

    private static bool IsBlank(char unit) => unit is ' ' or '\t' or '\n' or '\v' or '\f' or '\r';
}
