using System.Globalization;

namespace Concord.Foundation;

/// <summary>Which numbers a setting may have.</summary>
/// <param name="Least">The least.</param>
/// <param name="Most">The greatest.</param>
/// <param name="LeastIncluded">Whether the least itself may be.</param>
/// <param name="MostIncluded">Whether the greatest itself may be.</param>
public readonly record struct SettingRange(
    double Least,
    double Most,
    bool LeastIncluded = true,
    bool MostIncluded = true
)
{
    /// <summary>From 0 on.</summary>
    public static SettingRange NotNegative => new(0, double.MaxValue);

    /// <summary>Above 0.</summary>
    public static SettingRange Positive => new(0, double.MaxValue, LeastIncluded: false);

    /// <summary>Whether a number lies in the range; not-a-number never does.</summary>
    public bool Holds(double value) =>
        (LeastIncluded ? value >= Least : value > Least) && (MostIncluded ? value <= Most : value < Most);

    /// <summary>Refuses a number outside the range.</summary>
    /// <param name="name">The setting's name.</param>
    /// <param name="value">Its value.</param>
    /// <exception cref="ConcordException">It lies outside; the message names setting, value and range.</exception>
    public void Check(string name, double value)
    {
        if (!Holds(value))
            throw new ConcordException(
                string.Create(CultureInfo.InvariantCulture, $"The setting {name} is {value}, but must be {this}.")
            );
    }

    /// <inheritdoc />
    public override string ToString()
    {
        var least = FormattableString.Invariant($"{(LeastIncluded ? "at least" : "above")} {Least}");
        return Most == double.MaxValue
            ? least
            : FormattableString.Invariant($"{least} and {(MostIncluded ? "at most" : "below")} {Most}");
    }
}
