using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Concord.Cli.Terminals;

/// <summary>A plain table: aligned columns, no lines but one under the header. Where it is wider than the terminal, the
/// columns go into blocks that each repeat the first.</summary>
internal sealed class TextTable
{
    // A block is chosen to fit; what a single column needs is written, not cut.
    private const int Unlimited = 1 << 20;

    // The same text on a terminal and in a pipe: no codes.
    private static readonly RenderOptions Options = new(new Capabilities { Unicode = true }, new(Unlimited, Unlimited));

    private readonly (string Header, Justify Alignment)[] columns;
    private readonly List<Text[]> rows = [];

    /// <summary>
    /// A table of these columns. A header that begins with <c>&gt;</c> (not shown) has its column aligned to the right,
    /// as numbers are.
    /// </summary>
    public TextTable(params string[] headers) =>
        columns = [
            .. headers.Select(header => (header.TrimStart('>'), header.StartsWith('>') ? Justify.Right : Justify.Left)),
        ];

    /// <summary>
    /// Adds a row; cells that are missing at its end are empty. Numbers are written as they are in the invariant
    /// culture: format them before.
    /// </summary>
    public TextTable Add(params object?[] cells)
    {
        if (cells.Length > columns.Length)
            throw new ArgumentException(
                $"A row of {cells.Length} cells in a table of {columns.Length} columns.",
                nameof(cells)
            );
        // Texts, not markup: what stands in square brackets is data.
        rows.Add([
            .. columns.Select(
                (_, i) =>
                    new Text(
                        PlainWriter.OneLine(
                            Convert.ToString(cells.ElementAtOrDefault(i), CultureInfo.InvariantCulture) ?? ""
                        )
                    )
            ),
        ]);
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
        for (var first = 1; ; output.WriteLine())
        {
            var end = Math.Min(first + 1, columns.Length);
            while (end < columns.Length && Width(Block(first, end + 1)) <= width)
                end++;
            IRenderable block = Block(first, end);
            foreach (var line in Segment.SplitLines(block.Render(Options, Unlimited)))
                output.WriteLine(string.Concat(line.Select(segment => segment.Text)).TrimEnd());
            if (end == columns.Length)
                return;
            first = end;
        }
    }

    /// <summary>The first column beside those from <paramref name="first"/> to before <paramref name="end"/>.</summary>
    private Table Block(int first, int end)
    {
        int[] shown = [0, .. Enumerable.Range(first, end - first)];
        var table = new Table { Border = Dashes.Border };
        foreach (var column in shown)
            table.AddColumn(
                new TableColumn(new Text(columns[column].Header))
                {
                    Alignment = columns[column].Alignment,
                    Padding = new Padding(0),
                }
            );
        foreach (var row in rows)
            table.AddRow(shown.Select(column => row[column]));
        return table;
    }

    /// <summary>Columns of the terminal that a block takes. Spectre counts one for each gap, which has two.</summary>
    private static int Width(Table block) =>
        ((IRenderable)block).Measure(Options, Unlimited).Max + block.Columns.Count - 1;

    /// <summary>Nothing but dashes under the header, and gaps of two spaces.</summary>
    private sealed class Dashes : TableBorder
    {
        public static readonly Dashes Border = new();

        public override bool UsePadding => false;

        public override string GetPart(TableBorderPart part) =>
            part switch
            {
                TableBorderPart.HeaderBottom => "-",
                TableBorderPart.HeaderSeparator
                or TableBorderPart.HeaderBottomSeparator
                or TableBorderPart.CellSeparator => "  ",
                _ => "",
            };
    }
}
