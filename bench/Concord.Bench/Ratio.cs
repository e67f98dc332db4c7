using System.Globalization;

namespace Concord.Bench;

/// <summary>How a ratio of two times is written.</summary>
internal static class Ratio
{
    /// <summary>
    /// With two digits, which is what such a ratio repeats to: the same contest of another hour differs by some
    /// percent. Nothing where there is none.
    /// </summary>
    public static string Shown(double ratio)
    {
        if (double.IsNaN(ratio))
            return "";
        var digits = ratio >= 9.95 ? 0 : 1;
        if (ratio < .995)
            digits = 2;
        var power = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(ratio)) - 1));
        return (Math.Round(ratio / power, digits) * power).ToString($"f{digits}", CultureInfo.InvariantCulture);
    }
}
