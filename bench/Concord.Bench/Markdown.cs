namespace Concord.Bench;

/// <summary>Tables as they go into the documentation.</summary>
internal static class Markdown
{
    /// <summary>The first two lines of a table.</summary>
    public static void Header(params string[] cells)
    {
        Row(cells);
        Console.WriteLine($"|{string.Concat(cells.Select(_ => " --- |"))}");
    }

    /// <summary>A line of a table.</summary>
    public static void Row(params string[] cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");
}
