using System.Globalization;

namespace Concord.Preferences.Readers;

/// <summary>How columns that no comparison was made of are told.</summary>
public static class UnusedColumns
{
    private const int Named = 8;

    /// <summary>Those that may carry meaning, with the records that have them; null where there are none.</summary>
    /// <param name="file">What a file gave.</param>
    public static string? Said(ReadResult file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Said(file.File, file.Unused);
    }

    /// <summary>The same of a file that is still being read.</summary>
    internal static string? Said(string file, IReadOnlyList<UnusedColumn> unused)
    {
        var columns = unused.Where(column => !column.IsBookkeeping).ToArray();
        return columns.Length == 0 ? null : $"{file}: columns not used: {List(columns, Counted)}";
    }

    /// <summary>Those that keep the books, which no model is told; null where there are none.</summary>
    /// <param name="file">What a file gave.</param>
    public static string? Bookkeeping(ReadResult file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var columns = file.Unused.Where(column => column.IsBookkeeping).ToArray();
        return columns.Length == 0
            ? null
            : $"{file.File}: left aside as bookkeeping: {List(columns, column => column.Name)}";
    }

    private static string Counted(UnusedColumn column) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{column.Name} ({column.Records} {(column.Records == 1 ? "record" : "records")})"
        );

    private static string List(UnusedColumn[] columns, Func<UnusedColumn, string> said) =>
        string.Join(", ", columns.Take(Named).Select(said))
        + (columns.Length > Named ? FormattableString.Invariant($" and {columns.Length - Named} more") : "");
}
