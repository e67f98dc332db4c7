using System.Globalization;

namespace Concord.Cli.Terminals;

/// <summary>A plain table: aligned columns, no lines but one under the header. Where it is wider than the terminal, the
/// columns go into blocks that each repeat the first.</summary>
internal sealed class TextTable
{
    private const string Gap = "  ";

    private readonly string[] headers;
    private readonly bool[] right;
    private readonly List<string[]> rows = [];

    /// <summary>
    /// A table of these columns. A header that begins with <c>&gt;</c> (not shown) has its column aligned to the right,
    /// as numbers are.
    /// </summary>
    public TextTable(params string[] headers)
    {
        right = [.. headers.Select(header => header.StartsWith('>'))];
        this.headers = [.. headers.Select(header => header.TrimStart('>'))];
    }

    /// <summary>
    /// Adds a row; cells that are missing at its end are empty. Numbers are written as they are in the invariant
    /// culture: format them before.
    /// </summary>
    public TextTable Add(params object?[] cells)
    {
        if (cells.Length > headers.Length)
            throw new ArgumentException(
                $"A row of {cells.Length} cells in a table of {headers.Length} columns.",
                nameof(cells)
            );
        var row = new string[headers.Length];
        for (var i = 0; i < row.Length; i++)
            row[i] = i < cells.Length ? Convert.ToString(cells[i], CultureInfo.InvariantCulture) ?? "" : "";
        rows.Add(row);
        return this;
    }

    /// <summary>Writes the table to <see cref="Terminal.Out"/>.</summary>
    public void Write(Terminal terminal) => Write(terminal.Out, terminal.Width);

    /// <summary>
    /// Writes the table within <paramref name="width"/> columns (one column beside the first is written whatever its
    /// width).
    /// </summary>
    public void Write(TextWriter output, int width = Terminal.PlainWidth)
    {
        var widths = headers
            .Select((header, column) => rows.Select(row => Length(row[column])).Append(Length(header)).Max())
            .ToArray();
        for (var first = 1; first <= headers.Length; )
        {
            var columns = new List<int> { 0 };
            var used = widths[0];
            for (
                ;
                first < headers.Length && (columns.Count == 1 || used + Gap.Length + widths[first] <= width);
                first++
            )
            {
                columns.Add(first);
                used += Gap.Length + widths[first];
            }
            WriteRow(output, headers, columns, widths);
            output.WriteLine(string.Join(Gap, columns.Select(column => new string('-', widths[column]))));
            foreach (var row in rows)
                WriteRow(output, row, columns, widths);
            if (first >= headers.Length)
                return;
            output.WriteLine();
        }
    }

    private void WriteRow(TextWriter output, string[] row, List<int> columns, int[] widths)
    {
        var cells = columns.Select(column =>
        {
            var padding = new string(' ', widths[column] - Length(row[column]));
            return right[column] ? padding + row[column] : row[column] + padding;
        });
        output.WriteLine(string.Join(Gap, cells).TrimEnd());
    }

    /// <summary>Columns a text takes: its user-perceived characters.</summary>
    private static int Length(string text) => new StringInfo(text).LengthInTextElements;
}
