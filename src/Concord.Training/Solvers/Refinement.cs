using System.Runtime.CompilerServices;

namespace Concord.Training.Solvers;

/// <summary>
/// Refines the weights of a support to the last bit, and judges them so: residuals are formed in twice the precision,
/// while the steps are solved with the double-precision factor.
/// </summary>
internal sealed class Refinement(ScaledGram gram, Support support)
{
    private readonly double[] step = new double[gram.Size];

    /// <summary>
    /// (Gλ)_j - (Gλ)_r of all sources, (K), correct in itself and not only beside the value: at the minimum it is 0 on
    /// the support and not negative elsewhere.
    /// </summary>
    public double[] Residuals { get; } = new double[gram.Size];

    /// <summary>Σ_s |G_js| λ_s, (K).</summary>
    public double[] Magnitudes { get; } = new double[gram.Size];

    /// <summary>
    /// Newton steps on the support until they no longer get smaller; the support's weights become the refined ones.
    /// False where one of them is not positive: the support has to be left.
    /// </summary>
    public bool Refine()
    {
        var last = double.PositiveInfinity;
        for (var round = 0; round < 12 && support.Count > 1; round++)
        {
            var length = NewtonStep();
            if (!(length < last / 2))
                break;
            last = length;
            TakeStep();
            if (length < 1e-25)
                break;
        }
        var positive = true;
        foreach (var weight in support.Weights)
            positive &= weight > 0;
        return positive;
    }

    /// <summary>Forms <see cref="Residuals"/> and <see cref="Magnitudes"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Multiply()
    {
        support.Magnitudes(Magnitudes);
        var reference = Product(support.Members[0]);
        for (var j = 0; j < gram.Size; j++)
            Residuals[j] = Product(j).Minus(reference).High;
    }

    /// <summary>The weights of all sources with their certificate, from <see cref="Residuals"/>.</summary>
    public MinNormSolution Certify(int iterations, SolverStop stop)
    {
        var value = default(DoubleDouble);
        for (var s = 0; s < support.Count; s++)
        {
            var product = Product(support.Members[s]);
            value = value
                .PlusProduct(support.Weights[s], product.High, product.Low)
                .PlusProduct(support.Corrections[s], product.High, 0);
        }
        var level = support.WeightedSum(Residuals);
        var lowest = 0.0;
        foreach (var residual in Residuals)
            lowest = Math.Min(lowest, residual - level);

        var weights = new double[gram.Size];
        for (var s = 0; s < support.Count; s++)
            weights[support.Members[s]] = support.Weights[s];
        gram.ShareAmongEquals(weights);
        return new(weights, Math.Max(value.High, 0) / gram.Scale, -lowest / gram.Scale, iterations, stop);
    }

    /// <summary>`step` = M⁻¹ of the residuals on the support. Returns its largest entry.</summary>
    private double NewtonStep()
    {
        var reference = Product(support.Members[0]);
        for (var s = 1; s < support.Count; s++)
            step[s] = reference.Minus(Product(support.Members[s])).High;
        support.SolveFactored(step.AsSpan(1, support.Count - 1));
        var largest = 0.0;
        for (var s = 1; s < support.Count; s++)
            largest = Math.Max(largest, Math.Abs(step[s]));
        return largest;
    }

    private void TakeStep()
    {
        var weights = support.Weights;
        var corrections = support.Corrections;
        var rest = new DoubleDouble(1, 0);
        for (var s = 1; s < support.Count; s++)
        {
            var weight = new DoubleDouble(weights[s], corrections[s]).Plus(step[s]);
            weights[s] = weight.High;
            corrections[s] = weight.Low;
            rest = rest.Minus(weight);
        }
        weights[0] = rest.High;
        corrections[0] = rest.Low;
    }

    /// <summary>(Gλ)_j.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private DoubleDouble Product(int j)
    {
        var sum = default(DoubleDouble);
        var row = gram.Row(j);
        var members = support.Members;
        var weights = support.Weights;
        var corrections = support.Corrections;
        var scale = gram.Scale;
        for (var s = 0; s < members.Length; s++)
            sum = sum.PlusProduct(row[members[s]] * scale, weights[s], corrections[s]);
        return sum;
    }
}
