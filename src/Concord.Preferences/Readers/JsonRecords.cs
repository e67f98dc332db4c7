using System.Text.Json;
using Concord.Foundation;

namespace Concord.Preferences.Readers;

/// <summary>
/// Cuts a JSON file into records without parsing it whole: JSON lines, one array of records, or pretty-printed values
/// one after another. Which of them it is, the beginning tells, not the name.
/// </summary>
/// <remarks>
/// A record that is no JSON costs only itself: lines end at line breaks, elements where their brackets close.
/// </remarks>
internal sealed class JsonRecords(Stream stream)
{
    private readonly ByteWindow window = new(stream);

    public IEnumerable<RawRecord> Read()
    {
        if (window[0] == 0xEF && window[1] == 0xBB && window[2] == 0xBF)
            window.Skip(3);
        var line = 1;
        SkipSpace(ref line);
        return window[0] switch
        {
            -1 => [],
            '[' when !IsLineOfTwoAnswers() && !IsStrayLine() => ReadArray(),
            '{' when IsOfValues() => ReadValues(),
            _ => ReadLines(line),
        };
    }

    private IEnumerable<RawRecord> ReadLines(int line)
    {
        for (; window[0] >= 0; line++)
        {
            var length = window.IndexOf((byte)'\n');
            // a comma behind each line, as of an array without its brackets
            var content = Trim(window.Span(length)).TrimEnd((byte)',').ToArray();
            window.Skip(window[length] < 0 ? length : length + 1);
            if (content.Length > 0)
                yield return new RawRecord(line, content);
        }
    }

    private IEnumerable<RawRecord> ReadArray()
    {
        window.Skip(1);
        var lines = 0;
        var number = 0;
        while (true)
        {
            SkipSpace(ref lines);
            if (window[0] < 0)
            {
                yield return new RawRecord(
                    number + 1,
                    [],
                    "the file ends before its array is closed; it seems cut off."
                );
                yield break;
            }
            if (window[0] == ']')
                break;
            if (window[0] == ',' && number > 0)
            {
                window.Skip(1);
                continue;
            }
            number++;
            var length = ScanValue(0, out var closed);
            if (!closed)
            {
                yield return new RawRecord(
                    number,
                    [],
                    "the file ends inside this record; it seems cut off, or a bracket or quote is missing."
                );
                yield break;
            }
            var content = Trim(window.Span(length)).ToArray();
            window.Skip(length);
            yield return new RawRecord(number, content);
        }
        window.Skip(1);
        SkipSpace(ref lines);
        if (window[0] >= 0)
            yield return new RawRecord(
                number + 1,
                [],
                "there is more text after the end of the array; a JSON file holds one array."
            );
    }

    private IEnumerable<RawRecord> ReadValues()
    {
        var lines = 0;
        for (var number = 1; ; number++)
        {
            SkipSpace(ref lines);
            while (window[0] == ',') // an array without its brackets
            {
                window.Skip(1);
                SkipSpace(ref lines);
            }
            if (window[0] < 0)
                yield break;
            var length = ScanValue(0, out var closed);
            if (!closed)
            {
                yield return new RawRecord(
                    number,
                    [],
                    "the file ends inside this record; it seems cut off, or a bracket or quote is missing."
                );
                yield break;
            }
            var content = window.Span(length).ToArray();
            window.Skip(length);
            yield return new RawRecord(number, content);
        }
    }

    // Length of the value at an offset: to its closing bracket, for a bare word to the next separator.
    private int ScanValue(int from, out bool closed)
    {
        var depth = 0;
        var at = from;
        for (; window[at] >= 0; at++)
        {
            switch (window[at])
            {
                case '"':
                    at = ScanString(at);
                    if (window[at] < 0)
                    {
                        closed = false;
                        return at;
                    }
                    break;
                case '{' or '[':
                    depth++;
                    continue;
                case '}' or ']':
                    // A closing bracket too many ends the enclosing array.
                    if (depth == 0)
                    {
                        closed = at > from;
                        return Math.Max(at, from + 1);
                    }
                    depth--;
                    break;
                case ',' when depth == 0:
                    closed = true;
                    return at;
                default:
                    continue;
            }
            if (depth == 0)
            {
                closed = true;
                return at + 1;
            }
        }
        closed = depth == 0;
        return at;
    }

    // From an opening quote to the closing one, or to the end of the file.
    private int ScanString(int at)
    {
        for (at++; window[at] >= 0; at++)
        {
            if (window[at] == '\\')
                at++;
            else if (window[at] == '"')
                return at;
        }
        return at;
    }

    // Raw WebGPT has an array of two answers on each line; its first line alone looks like a file that is one array.
    private bool IsLineOfTwoAnswers()
    {
        var at = 1;
        while (IsSpace(window[at]))
            at++;
        if (window[at] != '{')
            return false;
        var length = ScanValue(at, out var closed);
        if (!closed)
            return false;
        try
        {
            using var answer = JsonBytes.Parse(window.Span(length)[at..].ToArray());
            return WebGptReader.IsAnswer(answer.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // A first line that is a list of no records, with records on the lines below: a malformed line, not a file that is
    // one array.
    private bool IsStrayLine()
    {
        var at = 1;
        while (IsSpace(window[at]))
            at++;
        if (window[at] is '{' or '[' or ']' or < 0)
            return false;
        at = window.IndexOf((byte)'\n');
        while (IsSpace(window[at]))
            at++;
        return window[at] is '{' or '[';
    }

    // Whether records are told by their brackets, not by lines: the first object goes on over a line break where JSON
    // allows one, after which a name, a value or a closing bracket follows, or another stands behind it on its line.
    private bool IsOfValues()
    {
        var open = new Stack<int>();
        var last = 0;
        for (var at = 0; window[at] >= 0; at++)
        {
            var here = window[at];
            if (here == '"')
            {
                var start = at;
                at = ScanString(at);
                // No JSON string holds a line break: a quote is missing on this line.
                if (window[at] < 0 || window.Span(at)[start..].Contains((byte)'\n'))
                    return false;
            }
            else if (here is '{' or '[')
                open.Push(here);
            else if (here is '}' or ']' && open.Count > 0)
            {
                open.Pop();
                if (open.Count == 0)
                    return IsFollowedOnItsLine(at + 1);
            }
            else if (here == '\n')
            {
                var next = at;
                while (IsSpace(window[next]))
                    next++;
                return open.Peek() == '[' || last == ':' || window[next] is '"' or '}' or ',' or ':';
            }
            if (!IsSpace(here))
                last = here;
        }
        return false;
    }

    private bool IsFollowedOnItsLine(int at)
    {
        while (window[at] is ' ' or '\t' or ',')
            at++;
        return window[at] == '{';
    }

    private void SkipSpace(ref int lines)
    {
        while (IsSpace(window[0]))
        {
            if (window[0] == '\n')
                lines++;
            window.Skip(1);
        }
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> bytes) => bytes.Trim(" \t\r\n"u8);

    private static bool IsSpace(int value) => value is ' ' or '\t' or '\r' or '\n';
}
