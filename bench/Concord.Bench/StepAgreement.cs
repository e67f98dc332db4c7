using System.Globalization;
using Concord.Tokenization.Comparisons;

namespace Concord.Bench;

/// <summary>
/// Losses and whole gradients of all variants on one micro-batch must agree before anything is timed.
/// </summary>
internal static class StepAgreement
{
    private const double SingleTolerance = 1e-3,
        Bf16Tolerance = .1; // relative, of losses and of gradients: bf16 rounds each factor to 8 bits

    /// <summary>Compares all with the first.</summary>
    /// <exception cref="InvalidOperationException">One computes something else.</exception>
    public static void Check(IReadOnlyList<StepTiming.Entrant> entrants, TokenizedComparison[] part)
    {
        (double Loss, float[] Gradients)? expected = null;
        foreach (var (variant, model, pass) in entrants)
        {
            model.ClearGradients();
            var loss = pass(part, part.Length);
            var gradients = model.Gradients();
            model.ClearGradients();
            expected ??= (loss, gradients);
            var (apart, tolerance) = (
                Distance(gradients, expected.Value.Gradients),
                variant.Bf16 ? Bf16Tolerance : SingleTolerance
            );
            Console.Error.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {variant.Name}: loss {loss:g7}, gradient apart by {apart:g2} of its norm"
                )
            );
            if (
                Math.Abs(loss - expected.Value.Loss) > tolerance * Math.Abs(expected.Value.Loss)
                || !(apart <= tolerance)
            )
                throw new InvalidOperationException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{variant.Name}: loss {loss:g9}, gradient apart by {apart:g2} of its norm from "
                            + $"{entrants[0].Variant.Name}, whose loss is {expected.Value.Loss:g9}."
                    )
                );
        }
    }

    private static double Distance(float[] gradients, float[] expected)
    {
        double difference = 0,
            norm = 0;
        for (var i = 0; i < gradients.Length; i++)
        {
            var (apart, size) = ((double)gradients[i] - expected[i], (double)expected[i]);
            difference += apart * apart;
            norm += size * size;
        }
        return Math.Sqrt(difference / norm);
    }
}
