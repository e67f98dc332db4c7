using System.Globalization;

namespace Concord.Bench.Coverage;

/// <summary>A mean over simulations with its standard error.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="StandardError">Its standard error.</param>
internal sealed record CoverageRate(double Mean, double StandardError)
{
    /// <summary>How often something holds.</summary>
    public static CoverageRate Of<T>(IReadOnlyCollection<T> found, Func<T, bool> holds)
    {
        var share = (double)found.Count(holds) / found.Count;
        return new CoverageRate(share, Math.Sqrt(share * (1 - share) / found.Count));
    }

    /// <summary>The mean of numbers.</summary>
    public static CoverageRate OfNumbers(double[] numbers)
    {
        var mean = numbers.Average();
        return new CoverageRate(
            mean,
            Math.Sqrt(numbers.Sum(number => (number - mean) * (number - mean)) / numbers.Length / numbers.Length)
        );
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Mean:.000;-.000;.000} ({StandardError:.000})");
}
