using System.Globalization;
using System.Text;
using Concord.Foundation;
using Concord.Training.State;

namespace Concord.Runs.Recipes.Yaml;

/// <summary>
/// Writes a group as YAML that <see cref="RecipeReader"/> reads back to the same values: every key, whether it is a
/// default or not.
/// </summary>
internal sealed class RecipeWriter : IRecipeFields
{
    private readonly StringBuilder text;
    private readonly string indent;
    private bool atListItem;

    private RecipeWriter(StringBuilder text, string indent, bool atListItem = false) =>
        (this.text, this.indent, this.atListItem) = (text, indent, atListItem);

    /// <summary>The YAML of a whole group.</summary>
    public static string Write<T>(T value, Func<IRecipeFields, T, T> map)
    {
        var text = new StringBuilder();
        map(new RecipeWriter(text, ""), value);
        return text.ToString();
    }

    /// <summary>A number as it is read back to the same bits.</summary>
    public static string Format(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A whole number.</summary>
    public static string Format(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc />
    public string Text(string key, string value, string about) => Line(key, Quoted(value), value);

    /// <inheritdoc />
    public string? OptionalText(string key, string? value, string about) =>
        Line(key, value is null ? "null" : Quoted(value), value);

    /// <inheritdoc />
    public int Integer(string key, int value, int least, int most, string about) => Line(key, Format(value), value);

    /// <inheritdoc />
    public int? OptionalInteger(string key, int? value, int least, int most, string about) =>
        Line(key, value is { } set ? Format(set) : "null", value);

    /// <inheritdoc />
    public double Number(string key, double value, SettingRange range, string about) => Line(key, Format(value), value);

    /// <inheritdoc />
    public double? OptionalNumber(string key, double? value, SettingRange range, string about) =>
        Line(key, value is { } set ? Format(set) : "null", value);

    /// <inheritdoc />
    public bool Flag(string key, bool value, string about) => Line(key, value ? "true" : "false", value);

    /// <inheritdoc />
    public T Choice<T>(string key, T value, IReadOnlyList<(string Name, T Value)> choices, string about) =>
        Line(key, choices.First(choice => Equals(choice.Value, value)).Name, value);

    /// <inheritdoc />
    public string? OptionalChoice(string key, string? value, IReadOnlyList<string> choices, string about) =>
        Line(key, value ?? "null", value);

    /// <inheritdoc />
    public IReadOnlyList<string> Texts(string key, IReadOnlyList<string> value, string about) =>
        Line(key, $"[{string.Join(", ", value.Select(Quoted))}]", value);

    /// <inheritdoc />
    public IReadOnlyDictionary<string, double> Numbers(
        string key,
        IReadOnlyDictionary<string, double> value,
        SettingRange range,
        string about
    ) =>
        Line(
            key,
            "{" + string.Join(", ", value.OrderBy(one => one.Key, StringComparer.Ordinal).Select(Entry)) + "}",
            value
        );

    /// <inheritdoc />
    public IReadOnlyDictionary<string, string> Named(
        string key,
        IReadOnlyDictionary<string, string> value,
        string about
    ) =>
        Line(
            key,
            "{"
                + string.Join(
                    ", ",
                    value
                        .OrderBy(one => one.Key, StringComparer.Ordinal)
                        .Select(one => $"{Quoted(one.Key)}: {Quoted(one.Value)}")
                )
                + "}",
            value
        );

    /// <inheritdoc />
    public T Section<T>(string key, T value, Func<IRecipeFields, T, T> map, string about)
    {
        Line(key, "", value);
        map(new RecipeWriter(text, indent + "  "), value);
        return value;
    }

    /// <inheritdoc />
    public T? OptionalSection<T>(string key, T? value, T start, Func<IRecipeFields, T, T> map, string about)
        where T : class => value is null ? Line(key, "null", value) : Section(key, value, map, about);

    /// <inheritdoc />
    public T OneOf<T>(string key, T value, IReadOnlyList<RecipeCase<T>> cases, string about)
        where T : class
    {
        var held = cases.FirstOrDefault(one => one.Holds(value));
        if (held is not { HasKeys: true })
            return Line(key, Quoted(held?.Name ?? OwnSettings.Describe(value, typeof(T), typeof(IStateful))), value);
        Line(key, "", value);
        held.Map(new RecipeWriter(text, indent + "  "), value);
        return value;
    }

    /// <inheritdoc />
    public IReadOnlyList<T> Items<T>(
        string key,
        IReadOnlyList<T> value,
        T start,
        Func<IRecipeFields, T, T> map,
        string about
    )
    {
        Line(key, value.Count == 0 ? "[]" : "", value);
        foreach (var item in value)
            map(new RecipeWriter(text, indent + "    ", atListItem: true), item);
        return value;
    }

    private T Line<T>(string key, string written, T value)
    {
        text.Append(atListItem ? indent[..^2] + "- " : indent).Append(key).Append(':');
        if (written.Length > 0)
            text.Append(' ').Append(written);
        text.Append('\n');
        atListItem = false;
        return value;
    }

    /// <summary>A text as it stands where it cannot be read as anything else, in double quotes otherwise.</summary>
    private static string Quoted(string value)
    {
        var plain =
            value.Length > 0
            && char.IsAsciiLetter(value[0])
            && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/')
            && value is not ("null" or "true" or "false");
        if (plain)
            return value;
        var quoted = new StringBuilder("\"");
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' or '\\' => quoted.Append('\\').Append(c),
                '\n' => quoted.Append("\\n"),
                < ' ' or (>= '\u007f' and < '\u00a0') or '\u2028' or '\u2029' or '\ufeff' => quoted.Append(
                    CultureInfo.InvariantCulture,
                    $"\\u{(int)c:X4}"
                ),
                _ => quoted.Append(c),
            };
        }
        return quoted.Append('"').ToString();
    }

    private static string Entry(KeyValuePair<string, double> one) => $"{Quoted(one.Key)}: {Format(one.Value)}";
}
