using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// An object of a record as readers see it: its columns under the names of the fields they are mapped to, each noted
/// when it is looked at, so that no reader can forget to say what it left aside. Null counts as absent.
/// </summary>
internal sealed class RecordFields
{
    private readonly Dictionary<string, JsonElement> columns = new(StringComparer.Ordinal);
    private readonly ColumnMapping mapping;
    private readonly ColumnUse? use;
    private readonly string path;

    private RecordFields(JsonElement element, ColumnMapping mapping, ColumnUse? use, string path)
    {
        (Element, this.mapping, this.use, this.path) = (element, mapping, use, path);
        if (element.ValueKind != JsonValueKind.Object)
            return;
        foreach (var property in element.EnumerateObject())
            columns[JsonText.NameOf(property)] = property.Value;
        use?.See(path, columns);
    }

    /// <summary>The value as it was written.</summary>
    public JsonElement Element { get; }

    /// <summary>What the value is.</summary>
    public JsonValueKind Kind => Element.ValueKind;

    /// <summary>The names of the columns, whatever they are mapped to.</summary>
    public IEnumerable<string> Columns => columns.Keys;

    /// <summary>A record.</summary>
    /// <exception cref="RecordException">A name is no text.</exception>
    public static RecordFields Of(JsonElement record, ColumnMapping mapping, ColumnUse? use = null) =>
        new(record, mapping, use, "");

    /// <summary>Whether all these fields are there; it notes nothing.</summary>
    public bool Has(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (Look(name, out _) is null)
                return false;
        return true;
    }

    /// <summary>The field, noted as looked at, or null where it is absent or null.</summary>
    public JsonElement? Find(string name)
    {
        if (Look(name, out var column) is not { } value)
            return null;
        use?.Use(path + column);
        return value;
    }

    /// <summary>The field without noting it, to tell shapes apart.</summary>
    public JsonElement? Peek(string name) => Look(name, out _);

    /// <summary>Whether the column of a field is named by the user; a record must have it then.</summary>
    public bool IsNamed(string name) => mapping.Columns.TryGetValue(name, out var column) && column.Length > 0;

    /// <summary>Whether the user says that the file has nothing for a field.</summary>
    public bool IsRuledOut(string name) => mapping.Columns.TryGetValue(name, out var column) && column.Length == 0;

    /// <summary>The field with its column, where the names differ, for messages.</summary>
    public string Called(string name) =>
        mapping.Columns.TryGetValue(name, out var column) && column != name && column.Length > 0
            ? $"\"{column}\" ({name})"
            : $"\"{name}\"";

    /// <summary>Notes fields that only say again what was read.</summary>
    public void Repeats(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            Find(name);
    }

    /// <summary>Notes all fields: somebody else's code read the record.</summary>
    public void TakeAll()
    {
        foreach (var column in columns.Keys)
            use?.Use(path + column);
    }

    public JsonElement Field(string name)
    {
        if (Kind != JsonValueKind.Object)
            throw new RecordException($"{JsonFields.Kind(Element)}; an object was expected.");
        return Find(name) ?? throw new RecordException($"{Called(name)} is missing.");
    }

    /// <summary>The first of the fields that is there.</summary>
    public JsonElement? FindFirst(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (Find(name) is { } value)
                return value;
        return null;
    }

    public string Text(string name) =>
        Field(name) is { ValueKind: JsonValueKind.String } text
            ? JsonText.Of(text)
            : throw new RecordException($"{Called(name)} is {JsonFields.Kind(Field(name))}; a text was expected.");

    /// <summary>A text that may be absent, null or written as a number (ids of workers are).</summary>
    public string? OptionalText(string name) => Find(name) is { } value ? JsonFields.AsText(value) : null;

    public double Number(string name) => JsonFields.ToNumber(Field(name), name);

    public double? OptionalNumber(string name) => Find(name) is { } value ? JsonFields.ToNumber(value, name) : null;

    /// <summary>A whole number out of a few that mean something.</summary>
    public int Choice(string name, params ReadOnlySpan<int> allowed) => JsonFields.Choice(Field(name), name, allowed);

    public bool Flag(string name) => Find(name) is { ValueKind: JsonValueKind.True };

    public IReadOnlyList<JsonElement> Array(string name) => JsonFields.Items(Field(name), name);

    public IReadOnlyList<string> Texts(string name) => JsonFields.Texts(Field(name), name);

    public IReadOnlyList<double> Numbers(string name) =>
        [.. Array(name).Select(item => JsonFields.ToNumber(item, name))];

    /// <summary>An object inside the record, its fields noted like the record's own.</summary>
    public RecordFields Object(string name) => Of(Field(name), name);

    /// <summary>An object inside the record, or null where there is none.</summary>
    public RecordFields? OptionalObject(string name) =>
        Find(name) is { ValueKind: JsonValueKind.Object } value ? Of(value, name) : null;

    /// <summary>The items of a list, those that are objects with their fields noted.</summary>
    public IReadOnlyList<RecordFields> Objects(string name) => [.. Array(name).Select(item => Of(item, name))];

    /// <summary>The items of a record that is a list.</summary>
    public IReadOnlyList<RecordFields> Items() =>
        [.. Element.EnumerateArray().Select(item => new RecordFields(item, ColumnMapping.None, use, path))];

    // objects of the same kind inside each other, as replies to replies are, have one path
    private RecordFields Of(JsonElement value, string name) =>
        new(
            value,
            ColumnMapping.None,
            use,
            path.EndsWith($".{name}.", StringComparison.Ordinal) ? path : $"{path}{name}."
        );

    private JsonElement? Look(string name, out string column)
    {
        column = name;
        if (mapping.Columns.Count > 0)
        {
            if (mapping.Columns.TryGetValue(name, out var mapped))
                column = mapped;
            else if (mapping.Columns.Any(one => one.Value == name && one.Key != "source"))
                return null; // it is another field here
        }
        if (column.Length == 0)
            return null;
        if (columns.TryGetValue(column, out var value))
            return value.ValueKind == JsonValueKind.Null ? null : value;
        return column != name && column.Contains('.', StringComparison.Ordinal) ? Within(ref column) : null;
    }

    // A path of names; the column that is used is the one it begins with.
    private JsonElement? Within(ref string column)
    {
        var names = column.Split('.');
        if (!columns.TryGetValue(names[0], out var value))
            return null;
        column = names[0];
        foreach (var name in names.Skip(1))
            if (value.Find(name) is { } inner)
                value = inner;
            else
                return null;
        return value;
    }
}
