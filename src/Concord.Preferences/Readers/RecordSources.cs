using System.Globalization;

namespace Concord.Preferences.Readers;

/// <summary>
/// Whose preference a record is. In this order: what the caller names; the column that the caller names; what the
/// format tells apart; the record's objective or domain; its <see cref="SourceField"/>; the file's name.
/// </summary>
/// <param name="options">What the caller names.</param>
/// <param name="file">What the file's name gives.</param>
/// <param name="field">The column taken for sources, or null.</param>
internal sealed class RecordSources(ReadOptions options, FileSource file, string? field)
{
    private readonly bool named = options.HasSourceField;
    private RecordFields? last;
    private int without;

    /// <summary>The source of a comparison.</summary>
    /// <param name="record">Its record; null where only the whole file tells.</param>
    /// <param name="carried">What the format tells.</param>
    public string Of(RecordFields? record, string? carried)
    {
        if (options.Source is { } source)
            return source;
        if (record is null)
            return Filled(carried) ?? file.Name;
        if (named)
            return Value(record, "source") ?? Missing(record);
        return Filled(carried)
            ?? Filled(record.OptionalText("objective"))
            ?? Filled(record.OptionalText("domain"))
            ?? (field is null ? null : Value(record, field))
            ?? file.Name;
    }

    /// <summary>What is to be said at the end.</summary>
    public IEnumerable<string> Notes(string name)
    {
        if (without > 0)
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: {without} records do not have the column of the source; theirs is {file.Shown}"
            );
    }

    private string Missing(RecordFields record)
    {
        if (record != last)
            without++;
        last = record;
        return file.Name;
    }

    private static string? Value(RecordFields record, string name) =>
        record.Find(name) is { } value
            ? Filled(
                value.ValueKind is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False
                    ? JsonFields.Shown(value)
                    : JsonFields.AsText(value)
            )
            : null;

    private static string? Filled(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
