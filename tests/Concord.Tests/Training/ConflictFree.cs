using Concord.Training.State;
using Concord.Training.Weightings;

namespace Concord.Tests.Training;

/// <summary>
/// A weighting from outside: gradient surgery (PCGrad, Yu et al. 2020) over averaged inner products. Each source's
/// gradient loses what conflicts with the others', in an order that turns by one with every batch; the sum of what is
/// left has coefficients that do not sum to 1. It remembers the inner products and the turn.
/// </summary>
public sealed class ConflictFree(GradientSpace space) : IWeighting, IStateful
{
    private double[] average = [];
    private readonly double[] turn = new double[1];

    public GradientSpace Space => space;

    public IReadOnlyList<StateEntry> State =>
        [new StateArray("surgery_products", average), new StateArray("surgery_turn", turn)];

    public void Start(WeightingContext run)
    {
        average = new double[run.Sources.Count * run.Sources.Count];
        turn[0] = 0;
    }

    public double[] Weigh(SourceGradients gradients)
    {
        var count = gradients.Count;
        for (var i = 0; i < average.Length; i++)
            average[i] = .5 * average[i] + .5 * gradients.Gram.Values[i];
        double Product(ReadOnlySpan<double> coefficients, int j)
        {
            var sum = 0.0;
            for (var i = 0; i < count; i++)
                sum += coefficients[i] * average[i * count + j];
            return sum;
        }
        var total = new double[count];
        for (var i = 0; i < count; i++)
        {
            var own = new double[count];
            own[i] = 1;
            for (var k = 1; k < count; k++)
            {
                var j = (i + k + (int)turn[0]) % count;
                var (product, square) = (Product(own, j), average[j * count + j]);
                if (j != i && product < 0 && square > 0)
                    own[j] -= product / square;
            }
            for (var j = 0; j < count; j++)
                total[j] += own[j];
        }
        turn[0] = (turn[0] + 1) % count;
        return total;
    }
}
