namespace Concord.Preferences.Readers;

/// <summary>A column that no comparison was made of.</summary>
/// <param name="Name">The column; of an object inside a record, the path to it, joined by dots.</param>
/// <param name="Records">In how many of the records that were read it held something.</param>
/// <param name="IsBookkeeping">Whether its name says that it keeps the books (ids, model names, dates, languages), so
/// that a model would not have been told it anyway.</param>
public sealed record UnusedColumn(string Name, int Records, bool IsBookkeeping);
