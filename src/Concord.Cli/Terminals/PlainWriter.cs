using System.Buffers;
using System.Globalization;
using System.Text;

namespace Concord.Cli.Terminals;

/// <summary>
/// The one way of text to where a person may read it. Names of files, sources and columns come from others: what would
/// move a terminal's cursor, change its colors or turn the direction of its text is written as <c>\u001B</c>. Where a
/// name could begin a line of its own (tables, errors), it is made <see cref="OneLine"/>.
/// </summary>
internal sealed class PlainWriter : TextWriter
{
    // controls but tab and line feed; and what turns text around or breaks lines in Unicode
    private static readonly SearchValues<char> Unsafe = SearchValues.Create([
        .. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Select(c => (char)c).Except(['\t', '\n']),
        .. "\u200E\u200F\u2028\u2029\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069",
    ]);

    private PlainWriter(TextWriter inner)
        : base(CultureInfo.InvariantCulture)
    {
        Inner = inner;
        CoreNewLine = inner.NewLine.ToCharArray();
    }

    /// <summary>What it writes to: for Concord's own codes only.</summary>
    public TextWriter Inner { get; }

    public override Encoding Encoding => Inner.Encoding;

    /// <summary>A writer over another, which is itself one already where it is.</summary>
    public static PlainWriter Over(TextWriter writer) => writer as PlainWriter ?? new PlainWriter(writer);

    /// <summary>Text of others as one line: what is not to reach a terminal is written out, line feeds too.</summary>
    public static string OneLine(string text) =>
        text.Contains('\n', StringComparison.Ordinal)
            ? WithoutControls(text).Replace("\n", "\\n", StringComparison.Ordinal)
            : WithoutControls(text);

    public override void Write(char value)
    {
        if (Unsafe.Contains(value))
            Inner.Write(WithoutControls(value.ToString()));
        else
            Inner.Write(value);
    }

    public override void Write(string? value)
    {
        if (value is not null)
            Inner.Write(WithoutControls(value));
    }

    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (buffer.ContainsAny(Unsafe))
            Inner.Write(WithoutControls(buffer.ToString()));
        else
            Inner.Write(buffer);
    }

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void WriteLine(string? value) => Inner.WriteLine(WithoutControls(value ?? ""));

    public override void WriteLine() => Inner.WriteLine();

    public override void Flush() => Inner.Flush();

    private static string WithoutControls(string text)
    {
        if (!text.AsSpan().ContainsAny(Unsafe))
            return text;
        var plain = new StringBuilder(text.Length + 16);
        foreach (var c in text)
            if (Unsafe.Contains(c))
                plain.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            else
                plain.Append(c);
        return plain.ToString();
    }
}
