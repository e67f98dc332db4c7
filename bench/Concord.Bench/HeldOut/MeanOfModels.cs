using System.Globalization;

namespace Concord.Bench.HeldOut;

/// <summary>A mean over models with its standard error.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="StandardError">Its standard error, of independent models.</param>
internal sealed record MeanOfModels(double Mean, double StandardError)
{
    /// <summary>Of a number a model, of two at least.</summary>
    public static MeanOfModels Of(double[] numbers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numbers.Length, 2);
        var mean = numbers.Average();
        var squares = numbers.Sum(number => (number - mean) * (number - mean));
        return new MeanOfModels(mean, Math.Sqrt(squares / (numbers.Length - 1) / numbers.Length));
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Mean:.0000;-.0000;.0000} ({StandardError:.0000})");
}
