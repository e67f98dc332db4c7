using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Concord.Runs.Recipes.Yaml;

/// <summary>
/// What an object of the caller's own says of itself, so that two with other settings are told apart: what its type
/// wrote for <see cref="object.ToString"/>, or else its type with the values of its public properties.
/// </summary>
internal static class OwnSettings
{
    /// <summary>The description of an object.</summary>
    /// <param name="own">The object.</param>
    /// <param name="known">The interfaces it is taken by; what they ask for is not a setting.</param>
    public static string Describe(object own, params IReadOnlyList<Type> known)
    {
        var type = own.GetType();
        if (WritesItself(type))
            return own.ToString() ?? "";
        var asked = known.SelectMany(one => one.GetProperties()).Select(one => one.Name).ToHashSet();
        var settings = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(one => one.GetMethod is { IsPublic: true } && one.GetIndexParameters().Length == 0)
            .Where(one => !asked.Contains(one.Name))
            .OrderBy(one => one.Name, StringComparer.Ordinal)
            .Select(one => $"{one.Name} = {Value(one.GetValue(own))}");
        return string.Join(' ', settings.Prepend(type.Name));
    }

    // what the compiler writes for records is written here too, and shows what lists hold
    private static bool WritesItself(Type type) =>
        type.GetMethod(nameof(ToString), Type.EmptyTypes) is { } method
        && method.DeclaringType != typeof(object)
        && method.DeclaringType != typeof(ValueType)
        && method.GetCustomAttribute<CompilerGeneratedAttribute>() is null;

    private static string Value(object? value) =>
        value switch
        {
            null => "null",
            string text => text,
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            bool flag => flag ? "true" : "false",
            IDictionary named => $"{{{string.Join(", ", Entries(named).Order(StringComparer.Ordinal))}}}",
            IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Value))}]",
            _ => value.ToString() ?? "",
        };

    private static IEnumerable<string> Entries(IDictionary named) =>
        named.Keys.Cast<object>().Select(key => $"{Value(key)}: {Value(named[key])}");
}
