using System.Runtime.CompilerServices;

namespace Concord.Training.Solvers;

// The equality-constrained problem on a support: its factor, its solution, and the refinement of the solution to the
// last bit.
internal sealed partial class ActiveSet
{
    /// <summary>
    /// Row of the factor for the support's member s ≥ 1. False where its gradient lies in the affine hull of those
    /// before it, to rounding.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Factor(int s)
    {
        var (r, j) = (_support[0], _support[s]);
        var row = _factor.AsSpan((s - 1) * _size, s);
        for (var k = 1; k < s; k++)
        {
            var other = _factor.AsSpan((k - 1) * _size, k);
            row[k - 1] =
                (Difference(r, j, _support[k]) - VectorMath.Dot(row[..(k - 1)], other[..(k - 1)])) / other[k - 1];
        }
        var length = Difference(r, j, j);
        var pivot = length - VectorMath.Dot(row[..(s - 1)], row[..(s - 1)]);
        if (!(pivot > 4 * s * Epsilon * length))
            return false;
        row[s - 1] = Math.Sqrt(pivot);
        return true;
    }

    /// <summary>⟨g_i - g_r, g_j - g_r⟩.</summary>
    private double Difference(int r, int i, int j) =>
        DoubleDouble.Sum(Gram(i, j), Gram(r, r)).Minus(DoubleDouble.Sum(Gram(i, r), Gram(j, r))).High;

    /// <summary>
    /// _solution = the affine minimiser on the support. True, and taken as weights, where all of it is positive.
    /// </summary>
    private bool SolveOnSupport()
    {
        var (r, positive, sum) = (_support[0], true, default(DoubleDouble));
        for (var s = 1; s < _count; s++)
            _solution[s] = Gram(r, r) - Gram(r, _support[s]);
        SolveFactored(_solution.AsSpan(1, _count - 1));
        for (var s = 1; s < _count; s++)
        {
            sum = sum.Plus(_solution[s]);
            positive &= _solution[s] > 0;
        }
        _solution[0] = 1 - sum.High;
        if (!positive || !(_solution[0] > 0))
            return false;
        for (var s = 0; s < _count; s++)
            (_high[s], _low[s]) = (_solution[s], 0);
        return true;
    }

    /// <summary>x = M⁻¹ x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SolveFactored(Span<double> x)
    {
        for (var i = 0; i < x.Length; i++)
        {
            var row = _factor.AsSpan(i * _size, i + 1);
            x[i] = (x[i] - VectorMath.Dot(row[..i], x[..i])) / row[i];
        }
        for (var i = x.Length - 1; i >= 0; i--)
        {
            var row = _factor.AsSpan(i * _size, i + 1);
            x[i] /= row[i];
            VectorMath.AddScaled(x[..i], -x[i], row[..i]);
        }
    }

    /// <summary>
    /// Newton steps on the support with residuals in twice the precision, until they no longer get smaller. False where
    /// a weight fell to zero on the way and was dropped.
    /// </summary>
    private bool Refine()
    {
        var last = double.PositiveInfinity;
        for (var round = 0; round < 12 && _count > 1; round++)
        {
            var reference = ExactProduct(_support[0]);
            for (var s = 1; s < _count; s++)
                _solution[s] = reference.Minus(ExactProduct(_support[s])).High;
            SolveFactored(_solution.AsSpan(1, _count - 1));
            var move = 0.0;
            for (var s = 1; s < _count; s++)
                move = Math.Max(move, Math.Abs(_solution[s]));
            if (!(move < last / 2))
                break;
            last = move;
            var rest = new DoubleDouble(1, 0);
            for (var s = 1; s < _count; s++)
            {
                var weight = new DoubleDouble(_high[s], _low[s]).Plus(_solution[s]);
                (_high[s], _low[s]) = (weight.High, weight.Low);
                rest = rest.Minus(weight);
            }
            (_high[0], _low[0]) = (rest.High, rest.Low);
            if (move < 1e-25)
                break;
        }
        for (var s = 0; s < _count; s++)
            if (!(_high[s] > 0))
                return Clip();
        return true;
    }

    /// <summary>
    /// Drops members whose exact weight is not positive; the others are scaled to sum 1 and solved for again.
    /// </summary>
    private bool Clip()
    {
        var sum = 0.0;
        for (var s = 0; s < _count; s++)
        {
            _high[s] = Math.Max(_high[s], 0);
            sum += _high[s];
        }
        for (var s = 0; s < _count; s++)
            (_high[s], _low[s]) = (_high[s] / sum, 0);
        Drop();
        while (!SolveOnSupport())
            StepTowardsSolution();
        Unbar();
        return false;
    }
}
