using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Concord.Foundation;

/// <summary>A setting as its <see cref="SettingAttribute"/> describes it.</summary>
/// <param name="Key">Its name in recipes and messages: <c>warm_up</c>.</param>
/// <param name="About">What it means.</param>
/// <param name="Range">The numbers it may be.</param>
public sealed record SettingRule(string Key, string About, SettingRange Range)
{
    private static readonly ConcurrentDictionary<Type, (PropertyInfo Property, SettingRule Rule)[]> Known = new();

    /// <summary>The rule of a property.</summary>
    /// <param name="settings">The type that has it.</param>
    /// <param name="property">Its name.</param>
    /// <exception cref="ArgumentException">It has no <see cref="SettingAttribute"/>.</exception>
    public static SettingRule Of(Type settings, string property) =>
        Array.Find(All(settings), one => one.Property.Name == property).Rule
        ?? throw new ArgumentException($"{settings.Name}.{property} is not described as a setting.", nameof(property));

    /// <summary>Refuses settings whose numbers are outside their ranges.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="group">What stands before their names in messages: <c>schedule.</c>.</param>
    /// <exception cref="ConcordException">One is; the message names setting, value and range.</exception>
    public static void Check(object settings, string group = "")
    {
        ArgumentNullException.ThrowIfNull(settings);
        foreach (var (property, rule) in All(settings.GetType()))
            if (property.GetValue(settings) is { } value and (int or double))
                rule.Range.Check(group + rule.Key, Convert.ToDouble(value, CultureInfo.InvariantCulture));
    }

    private static (PropertyInfo Property, SettingRule Rule)[] All(Type settings) =>
        Known.GetOrAdd(
            settings,
            type =>
                [
                    .. type.GetProperties()
                        .Select(property => (property, Attribute: property.GetCustomAttribute<SettingAttribute>()))
                        .Where(one => one.Attribute is not null)
                        .Select(one =>
                            (
                                one.property,
                                new SettingRule(
                                    one.Attribute!.Key ?? Underscored(one.property.Name),
                                    one.Attribute.About,
                                    one.Attribute.Range
                                )
                            )
                        ),
                ]
        );

    private static string Underscored(string name)
    {
        var key = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c) && key.Length > 0)
                key.Append('_');
            key.Append(char.ToLowerInvariant(c));
        }
        return key.ToString();
    }
}
