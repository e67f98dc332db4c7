using System.Globalization;
using System.Numerics;
using Concord.Tokenization.Rendering.Templates.Values;

namespace Concord.Tokenization.Rendering.Templates.Functions;

/// <summary>Filters that give numbers.</summary>
internal static class NumberFilters
{
    public static IEnumerable<(string Name, Filter Filter)> All() =>
        [
            ("abs", (input, given, _) => Absolute(input)),
            ("int", Int),
            ("float", Float),
            ("round", Round),
            ("filesizeformat", FileSize),
        ];

    private static object Absolute(object? input) =>
        Python.AsInteger(input) is { } whole ? BigInteger.Abs(whole)
        : input is double number ? Math.Abs(number)
        : throw new TemplateException($"the filter 'abs' needs a number, not {Describe.Kind(input)}");

    private static object? Int(object? input, Arguments arguments, Meter meter)
    {
        var given = arguments.Bind("the filter 'int'", "default?", "base?");
        if (input is Undefined missing)
            throw missing.Error();
        if (Python.AsInteger(input) is { } whole)
            return whole;
        if (Python.AsText(input) is { } text && PythonNumber.Whole(text, given.Int(1, 10)) is { } read)
            return read;
        var number =
            input is double exact ? exact
            : Python.AsText(input) is { } other ? PythonNumber.Float(other)
            : null;
        if (input is double && number is { } value && !double.IsFinite(value))
            return double.IsNaN(value)
                ? given.Or(0, BigInteger.Zero)
                : throw new TemplateException("a float is too large for 'int'");
        return number is { } finite && double.IsFinite(finite)
            ? new BigInteger(Math.Truncate(finite))
            : given.Or(0, BigInteger.Zero);
    }

    private static object? Float(object? input, Arguments arguments, Meter meter)
    {
        var given = arguments.Bind("the filter 'float'", "default?");
        if (input is Undefined missing)
            throw missing.Error();
        if (Python.IsNumber(input))
            return Python.AsDouble(input);
        return Python.AsText(input) is { } text && PythonNumber.Float(text) is { } number ? number : given.Or(0, 0.0);
    }

    private static object Round(object? input, Arguments arguments, Meter meter)
    {
        var given = arguments.Bind("the filter 'round'", "precision?", "method?");
        var method = given.Has(1) ? given.Text(1) : "common";
        var digits = given.Int(0, 0);
        if (!Python.IsNumber(input))
            throw new TemplateException($"the filter 'round' needs a number, not {Describe.Kind(input)}");
        if (method is not ("common" or "ceil" or "floor"))
            throw new TemplateException("the filter 'round' knows the methods common, ceil and floor");
        if (method == "common")
            return Python.AsInteger(input) is { } whole
                ? digits >= 0
                    ? whole
                    : RoundWhole(whole, digits)
                : PythonNumber.Round((double)input!, digits);
        var scale = Numbers.Reckon("**", new BigInteger(10), new BigInteger(digits));
        var product = Numbers.Reckon("*", input, scale);
        if (product is BigInteger exact)
            return Numbers.Reckon("/", exact, scale);
        var scaled = (double)product;
        if (!double.IsFinite(scaled))
            throw new TemplateException("a number is too large to be rounded");
        var rounded = new BigInteger(method == "ceil" ? Math.Ceiling(scaled) : Math.Floor(scaled));
        return Numbers.Reckon("/", rounded, scale);
    }

    private static BigInteger RoundWhole(BigInteger whole, int digits)
    {
        if (digits < -4300)
            return BigInteger.Zero;
        var unit = BigInteger.Pow(10, -digits);
        var floor = (BigInteger)Numbers.Reckon("//", whole, unit);
        var twice = (whole - floor * unit) * 2;
        var up = twice > unit || twice == unit && !floor.IsEven;
        return (up ? floor + 1 : floor) * unit;
    }

    private static string FileSize(object? input, Arguments arguments, Meter meter)
    {
        var binary = arguments.Bind("the filter 'filesizeformat'", "binary?").Flag(0);
        var bytes = Python.AsText(input) is { } text
            ? PythonNumber.Float(text) ?? throw new TemplateException("the filter 'filesizeformat' needs a number")
            : Python.AsDouble(input);
        double unit = binary ? 1024 : 1000;
        if (bytes == 1)
            return "1 Byte";
        if (bytes < unit)
            return string.Create(CultureInfo.InvariantCulture, $"{Math.Truncate(bytes) + 0.0} Bytes");
        var next = unit * unit;
        var letters = "kMGTPEZY";
        for (var at = 0; ; at++, next *= unit)
            if (bytes < next || at == letters.Length - 1)
            {
                var letter = binary && at == 0 ? 'K' : letters[at];
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{unit * bytes / next:F1} {letter}{(binary ? "i" : "")}B"
                );
            }
    }
}
