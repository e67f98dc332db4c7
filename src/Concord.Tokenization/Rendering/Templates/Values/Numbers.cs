using System.Globalization;
using System.Numerics;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>Reckoning with Python's numbers: whole ones without bounds, floats, truth values as 0 and 1.</summary>
internal static class Numbers
{
    // Python refuses to write longer ones too.
    private const int MostDigits = 4300;
    private const int MostBits = 1 << 17;

    public static int? Compare(object? left, object? right)
    {
        if (Python.AsInteger(left) is { } a && Python.AsInteger(right) is { } b)
            return a.CompareTo(b);
        var (x, y) = (Python.AsDouble(left), Python.AsDouble(right));
        if (double.IsNaN(x) || double.IsNaN(y))
            return null;
        if (left is BigInteger whole && double.IsFinite(y))
            return Exact(whole, y);
        if (right is BigInteger other && double.IsFinite(x))
            return -Exact(other, x);
        return x.CompareTo(y);
    }

    private static int Exact(BigInteger whole, double number)
    {
        var below = Math.Floor(number);
        var order = whole.CompareTo(new BigInteger(below));
        return order != 0 ? order
            : number > below ? -1
            : 0;
    }

    /// <summary>+, -, *, /, //, % or ** of two numbers.</summary>
    public static object Reckon(string sign, object? left, object? right)
    {
        if (Python.AsInteger(left) is { } a && Python.AsInteger(right) is { } b)
            return Whole(sign, a, b);
        var (x, y) = (Python.AsDouble(left), Python.AsDouble(right));
        switch (sign)
        {
            case "+":
                return x + y;
            case "-":
                return x - y;
            case "*":
                return x * y;
            case "**":
                if (x == 0 && y < 0)
                    throw new TemplateException("0 cannot be raised to a negative power");
                if (x < 0 && double.IsFinite(y) && Math.Floor(y) != y)
                    throw new TemplateException("a negative number cannot be raised to a broken power");
                var power = Math.Pow(x, y);
                return double.IsFinite(power) || !double.IsFinite(x) || !double.IsFinite(y)
                    ? power
                    : throw new TemplateException("a power is too large for a float");
        }
        if (y == 0)
            throw new TemplateException("a division by zero");
        switch (sign)
        {
            case "/":
                return x / y;
            case "//":
                return FloorQuotient(x, y);
            default:
                return Modulo(x, y);
        }
    }

    // As CPython has it: the quotient of what the remainder leaves, to the nearest whole number.
    private static double FloorQuotient(double x, double y)
    {
        var quotient = (x - Modulo(x, y)) / y;
        if (quotient == 0)
            return Math.CopySign(0, x / y);
        var floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static double Modulo(double x, double y)
    {
        var rest = x % y;
        return rest != 0 && rest < 0 != y < 0 ? rest + y
            : rest == 0 ? Math.CopySign(0, y)
            : rest;
    }

    private static object Whole(string sign, BigInteger a, BigInteger b)
    {
        switch (sign)
        {
            case "+":
                return a + b;
            case "-":
                return a - b;
            case "*":
                return Bounded(a.GetBitLength() + b.GetBitLength()) ? a * b : throw TooLarge();
            case "**":
                if (b.Sign < 0)
                    return Reckon("**", Float(a), Float(b));
                if (BigInteger.Abs(a) <= 1)
                    return a.IsZero && b.IsZero ? BigInteger.One
                        : a.Sign >= 0 || !b.IsEven ? a
                        : BigInteger.One;
                return b < MostBits && Bounded(a.GetBitLength() * (long)b)
                    ? BigInteger.Pow(a, (int)b)
                    : throw TooLarge();
        }
        if (b.IsZero)
            throw new TemplateException("a division by zero");
        if (sign == "/")
        {
            var quotient = Ratio(a, b);
            return double.IsFinite(quotient) ? quotient : throw new TemplateException("a quotient is too large");
        }
        var floor = BigInteger.DivRem(a, b, out var rest);
        if (!rest.IsZero && rest.Sign < 0 != b.Sign < 0)
            (floor, rest) = (floor - 1, rest + b);
        return sign == "//" ? floor : rest;
    }

    // Rounded once, also where both numbers have more digits than a float.
    private static double Ratio(BigInteger a, BigInteger b)
    {
        const int Exact = 53;
        if (a.GetBitLength() <= Exact && b.GetBitLength() <= Exact)
            return (double)(long)a / (long)b;
        var shift = (int)(b.GetBitLength() - a.GetBitLength()) + 66;
        var scaled =
            shift >= 0 ? BigInteger.DivRem(a << shift, b, out var rest) : BigInteger.DivRem(a, b << -shift, out rest);
        if (!rest.IsZero)
            scaled |= BigInteger.One;
        return Math.ScaleB(ToDouble(scaled), -shift);
    }

    /// <summary>The float next to a whole number; .NET's own conversion cuts.</summary>
    /// <exception cref="TemplateException">It is too large for one.</exception>
    public static double Float(BigInteger number)
    {
        var near = ToDouble(number);
        return double.IsFinite(near) ? near : throw new TemplateException("a whole number is too large for a float");
    }

    private static double ToDouble(BigInteger number)
    {
        var size = BigInteger.Abs(number);
        var shift = (int)Math.Max(0, size.GetBitLength() - 64);
        var top = (ulong)(size >> shift);
        if (!(size & ((BigInteger.One << shift) - 1)).IsZero)
            top |= 1;
        var near = Math.ScaleB(top, shift);
        return number.Sign < 0 ? -near : near;
    }

    private static bool Bounded(long bits) => bits <= MostBits;

    private static TemplateException TooLarge() => new("a whole number becomes too large") { IsLimit = true };

    /// <summary>-x or +x.</summary>
    public static object Signed(string sign, object? value)
    {
        if (Python.AsInteger(value) is { } whole)
            return sign == "-" ? -whole : whole;
        return value is double number
            ? sign == "-"
                ? -number
                : number
            : value is Undefined missing
                ? throw missing.Error()
                : throw new TemplateException($"'{sign}' before {Describe.Kind(value)} has no meaning");
    }

    /// <summary>A whole number written out.</summary>
    public static string Text(BigInteger number) =>
        number.GetBitLength() < MostDigits * 3.33
            ? number.ToString(CultureInfo.InvariantCulture)
            : throw new TemplateException($"a number of more than {MostDigits} digits is not written out")
            {
                IsLimit = true,
            };

    /// <summary>A float as Python's <c>repr</c> writes it: the shortest digits that give it back.</summary>
    public static string Text(double number)
    {
        if (double.IsNaN(number))
            return "nan";
        if (double.IsInfinity(number))
            return number > 0 ? "inf" : "-inf";
        var (negative, digits, exponent) = Digits(number);
        var text =
            exponent is < -4 or >= 16
                ? $"{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{Exponent(exponent)}"
            : exponent < 0 ? $"0.{new string('0', -exponent - 1)}{digits}"
            : exponent + 1 >= digits.Length ? $"{digits}{new string('0', exponent + 1 - digits.Length)}.0"
            : $"{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
        return negative ? "-" + text : text;
    }

    public static string Exponent(int exponent) =>
        string.Create(CultureInfo.InvariantCulture, $"{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");

    private static (bool Negative, string Digits, int Exponent) Digits(double number)
    {
        var shortest = number.ToString("R", CultureInfo.InvariantCulture);
        var negative = shortest.StartsWith('-');
        if (negative)
            shortest = shortest[1..];
        var exponent = 0;
        var e = shortest.IndexOf('E');
        if (e >= 0)
        {
            exponent = int.Parse(shortest.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            shortest = shortest[..e];
        }
        var point = shortest.IndexOf('.');
        var whole = point < 0 ? shortest : shortest[..point];
        var digits = whole + (point < 0 ? "" : shortest[(point + 1)..]);
        exponent += whole.Length - 1;
        var zeros = 0;
        while (zeros < digits.Length - 1 && digits[zeros] == '0')
            zeros++;
        digits = digits[zeros..].TrimEnd('0');
        return digits.Length == 0 ? (negative, "0", 0) : (negative, digits, exponent - zeros);
    }
}
