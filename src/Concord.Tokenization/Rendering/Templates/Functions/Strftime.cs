using System.Globalization;
using System.Text;

namespace Concord.Tokenization.Rendering.Templates.Functions;

/// <summary>A time by C's letters (<c>%d %B %Y</c>), in English.</summary>
internal static class Strftime
{
    public static string Write(DateTime time, string format)
    {
        var text = new StringBuilder();
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '%' || at + 1 == format.Length)
            {
                text.Append(format[at]);
                continue;
            }
            var letter = format[++at];
            var pad = '\0';
            if (letter is '-' or '_' or '0' && at + 1 < format.Length)
                (pad, letter) = (letter, format[++at]);
            text.Append(Padded(Field(time, letter) ?? $"%{(pad == '\0' ? "" : pad)}{letter}", letter, pad));
        }
        return text.ToString();
    }

    private static string Padded(string field, char letter, char pad)
    {
        if (pad == '\0' || field.Length < 2 || !field.All(unit => char.IsAsciiDigit(unit) || unit == ' '))
            return field;
        var bare = field.TrimStart('0', ' ');
        bare = bare.Length == 0 ? "0" : bare;
        return pad == '-' ? bare : bare.PadLeft(field.Length, pad == '_' ? ' ' : '0');
    }

    private static string? Field(DateTime time, char letter) =>
        letter switch
        {
            'Y' => Written(time, "yyyy"),
            'y' => Written(time, "yy"),
            'm' => Written(time, "MM"),
            'd' => Written(time, "dd"),
            'e' => time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
            'H' => Written(time, "HH"),
            'I' => Written(time, "hh"),
            'k' => time.Hour.ToString(CultureInfo.InvariantCulture).PadLeft(2),
            'l' => ((time.Hour + 11) % 12 + 1).ToString(CultureInfo.InvariantCulture).PadLeft(2),
            'M' => Written(time, "mm"),
            'S' => Written(time, "ss"),
            'f' => Written(time, "ffffff"),
            'p' => time.Hour < 12 ? "AM" : "PM",
            'P' => time.Hour < 12 ? "am" : "pm",
            'a' => Written(time, "ddd"),
            'A' => Written(time, "dddd"),
            'b' or 'h' => Written(time, "MMM"),
            'B' => Written(time, "MMMM"),
            'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
            'u' => (((int)time.DayOfWeek + 6) % 7 + 1).ToString(CultureInfo.InvariantCulture),
            'w' => ((int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
            'U' => Week(time, (int)time.DayOfWeek),
            'W' => Week(time, ((int)time.DayOfWeek + 6) % 7),
            'V' => ISOWeek.GetWeekOfYear(time).ToString("00", CultureInfo.InvariantCulture),
            'G' => ISOWeek.GetYear(time).ToString("0000", CultureInfo.InvariantCulture),
            'g' => (ISOWeek.GetYear(time) % 100).ToString("00", CultureInfo.InvariantCulture),
            'C' => (time.Year / 100).ToString("00", CultureInfo.InvariantCulture),
            's' => new DateTimeOffset(time).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            'D' or 'x' => Written(time, "MM'/'dd'/'yy"),
            'F' => Written(time, "yyyy'-'MM'-'dd"),
            'T' or 'X' => Written(time, "HH':'mm':'ss"),
            'R' => Written(time, "HH':'mm"),
            'r' => Written(time, "hh':'mm':'ss ") + (time.Hour < 12 ? "AM" : "PM"),
            'c' => Written(time, "ddd MMM ")
                + time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2)
                + Written(time, " HH':'mm':'ss yyyy"),
            'n' => "\n",
            't' => "\t",
            'z' or 'Z' => "",
            '%' => "%",
            _ => null,
        };

    private static string Written(DateTime time, string format) => time.ToString(format, CultureInfo.InvariantCulture);

    private static string Week(DateTime time, int day) =>
        ((time.DayOfYear + 6 - day) / 7).ToString("00", CultureInfo.InvariantCulture);
}
