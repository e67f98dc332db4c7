using System.Runtime.CompilerServices;
using Concord.Foundation;

namespace Concord.Runs.Recipes.Yaml;

/// <summary>
/// Keys whose name, range and meaning stand beside the property (<see cref="SettingAttribute"/>):
/// <c>fields.Number(value, value.Epochs)</c>.
/// </summary>
internal static class SettingFields
{
    public static double Number<T>(
        this IRecipeFields fields,
        T settings,
        double value,
        [CallerArgumentExpression(nameof(value))] string property = ""
    )
        where T : class
    {
        var rule = RuleOf(settings, property);
        return fields.Number(rule.Key, value, rule.Range, rule.About);
    }

    public static double? OptionalNumber<T>(
        this IRecipeFields fields,
        T settings,
        double? value,
        [CallerArgumentExpression(nameof(value))] string property = ""
    )
        where T : class
    {
        var rule = RuleOf(settings, property);
        return fields.OptionalNumber(rule.Key, value, rule.Range, rule.About);
    }

    public static int Integer<T>(
        this IRecipeFields fields,
        T settings,
        int value,
        [CallerArgumentExpression(nameof(value))] string property = ""
    )
        where T : class
    {
        var rule = RuleOf(settings, property);
        return fields.Integer(rule.Key, value, (int)rule.Range.Least, Most(rule), rule.About);
    }

    public static int? OptionalInteger<T>(
        this IRecipeFields fields,
        T settings,
        int? value,
        [CallerArgumentExpression(nameof(value))] string property = ""
    )
        where T : class
    {
        var rule = RuleOf(settings, property);
        return fields.OptionalInteger(rule.Key, value, (int)rule.Range.Least, Most(rule), rule.About);
    }

    private static int Most(SettingRule rule) => (int)Math.Min(rule.Range.Most, int.MaxValue);

    // value.Epochs is the property Epochs
    private static SettingRule RuleOf<T>(T settings, string property) =>
        SettingRule.Of(settings!.GetType(), property[(property.LastIndexOf('.') + 1)..]);
}
