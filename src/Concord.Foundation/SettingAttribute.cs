namespace Concord.Foundation;

/// <summary>
/// What a setting means and which numbers it may have, said once, beside the property that holds its default: recipes,
/// the list of their keys and the library's own check (<see cref="SettingRule.Check"/>) read it here.
/// </summary>
/// <param name="about">What it means, in a sentence.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingAttribute(string about) : Attribute
{
    /// <summary>What it means.</summary>
    public string About => about;

    /// <summary>Its name in recipes and messages; null for the property's, in lower case with underscores.</summary>
    public string? Key { get; init; }

    /// <summary>The least number it may be.</summary>
    public double Least { get; init; } = double.MinValue;

    /// <summary>What a number must be above.</summary>
    public double Above { get; init; } = double.NaN;

    /// <summary>The greatest number it may be.</summary>
    public double Most { get; init; } = double.MaxValue;

    /// <summary>What a number must be below.</summary>
    public double Below { get; init; } = double.NaN;

    /// <summary>The numbers it may be.</summary>
    public SettingRange Range =>
        new(
            double.IsNaN(Above) ? Least : Above,
            double.IsNaN(Below) ? Most : Below,
            double.IsNaN(Above),
            double.IsNaN(Below)
        );
}
