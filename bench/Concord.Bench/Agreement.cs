using TorchSharp;

namespace Concord.Bench;

/// <summary>What is compared is checked to be the same before it is timed.</summary>
internal static class Agreement
{
    /// <summary>Refuses two tensors that differ by more than a fraction of the largest value.</summary>
    /// <param name="what">Named in the error.</param>
    /// <param name="found">What was computed.</param>
    /// <param name="expected">What it should be.</param>
    /// <param name="tolerance">The fraction.</param>
    public static void Check(string what, torch.Tensor found, torch.Tensor expected, double tolerance)
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        double difference = (found - expected).abs().max().ToDouble(),
            largest = expected.abs().max().ToDouble();
        if (!(difference <= tolerance * largest)) // also where one is not a number
            throw new InvalidOperationException(
                $"{what}: differs by {difference:g3} where the largest value is {largest:g3}; nothing was timed."
            );
    }
}
