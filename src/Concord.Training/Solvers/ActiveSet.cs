using System.Runtime.CompilerServices;

namespace Concord.Training.Solvers;

/// <summary>
/// The working state of <see cref="MinNormSolver"/>: a support, its weights in twice the precision, and the factor of
/// its difference matrix.
/// </summary>
internal sealed partial class ActiveSet
{
    private const double Epsilon = 2.220446049250313e-16;

    private readonly GramMatrix _gram;
    private readonly int _size;
    private readonly double _scale; // an exact power of two that brings the largest diagonal entry near 1
    private readonly int[] _twin; // the first source with the same gradient
    private readonly int[] _support; // _support[0] is the reference r
    private readonly double[] _high,
        _low; // weights of the support, in its order
    private readonly double[] _solution;
    private readonly double[] _factor; // lower triangle L, M = L Lᵀ; row i belongs to _support[i + 1]
    private readonly double[] _product,
        _magnitude; // (Gλ)_j and Σ_s |G_js| λ_s, over all sources
    private readonly bool[] _barred; // in the support, a twin, or not distinguishable from the support's hull
    private int _count;

    public ActiveSet(GramMatrix gram)
    {
        _gram = gram;
        _size = gram.Size;
        (_twin, _support) = (new int[_size], new int[_size]);
        (_high, _low, _solution) = (new double[_size], new double[_size], new double[_size]);
        (_product, _magnitude) = (new double[_size], new double[_size]);
        _factor = new double[_size * _size];
        _barred = new bool[_size];
        var largest = 0.0;
        for (var i = 0; i < _size; i++)
            largest = Math.Max(largest, gram[i, i]);
        _scale = largest is > 1e-140 and < 1e140 or 0 ? 1 : Math.ScaleB(1, -Math.ILogB(largest));
    }

    public MinNormSolution Run()
    {
        FindTwins();
        Start();
        var limit = 20 * _size + 100;
        var iterations = 0;
        var stop = SolverStop.Optimal;
        for (var refined = false; ; )
        {
            if (refined)
                MultiplyExactly();
            else
                Multiply();
            var entering = Entering(refined ? Epsilon * Epsilon * 4096 : 4 * Epsilon, out var barredViolates);
            if (entering < 0 && !refined)
            {
                refined = Refine();
                if (!refined)
                    continue; // a weight fell to zero: the support is another one now
            }
            else if (entering < 0)
            {
                if (barredViolates)
                    stop = SolverStop.Rounding;
                break;
            }
            else if (iterations++ == limit)
            {
                stop = SolverStop.IterationLimit;
                MultiplyExactly();
                break;
            }
            else
            {
                refined = false;
                if (Enter(entering))
                    Unbar();
                else
                    _barred[entering] = true;
            }
        }
        return Result(iterations, stop);
    }

    private double Gram(int i, int j) => _gram[i, j] * _scale;

    private void FindTwins()
    {
        for (var j = 0; j < _size; j++)
        {
            _twin[j] = j;
            for (var i = 0; i < j; i++)
                if (_gram[i, j] == _gram[i, i] && _gram[i, j] == _gram[j, j])
                {
                    _twin[j] = _twin[i];
                    break;
                }
        }
    }

    private void Start()
    {
        var shortest = 0;
        for (var i = 1; i < _size; i++)
            if (_gram[i, i] < _gram[shortest, shortest])
                shortest = i;
        (_support[0], _high[0], _low[0], _count) = (shortest, 1, 0, 1);
        Unbar();
    }

    private void Unbar()
    {
        for (var i = 0; i < _size; i++)
            _barred[i] = _twin[i] != i;
        for (var s = 0; s < _count; s++)
            _barred[_support[s]] = true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply()
    {
        Array.Clear(_product);
        Array.Clear(_magnitude);
        for (var s = 0; s < _count; s++)
        {
            VectorMath.AddScaled(_product, _high[s] * _scale, _gram.Row(_support[s]));
            VectorMath.AddScaledMagnitudes(_magnitude, _high[s] * _scale, _gram.Row(_support[s]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private DoubleDouble ExactProduct(int j)
    {
        var sum = default(DoubleDouble);
        var row = _gram.Row(j);
        for (var s = 0; s < _count; s++)
            sum = sum.PlusProduct(row[_support[s]] * _scale, _high[s], _low[s]);
        return sum;
    }

    /// <summary>
    /// After it, _product holds (Gλ)_j - (Gλ)_r, correct in itself and not only beside the value: at the minimum it is
    /// 0 on the support and not negative elsewhere.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyExactly()
    {
        Array.Clear(_magnitude);
        for (var s = 0; s < _count; s++)
            VectorMath.AddScaledMagnitudes(_magnitude, _high[s] * _scale, _gram.Row(_support[s]));
        var reference = ExactProduct(_support[0]);
        for (var j = 0; j < _size; j++)
            _product[j] = ExactProduct(j).Minus(reference).High;
    }

    /// <summary>
    /// The source whose gradient has the smallest product with the point, where that is less than the value by more
    /// than rounding; -1 where there is none.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Entering(double tolerance, out bool barredViolates)
    {
        double value = 0,
            magnitude = 0;
        for (var s = 0; s < _count; s++)
        {
            value += _high[s] * _product[_support[s]];
            magnitude += _high[s] * _magnitude[_support[s]];
        }
        var best = -1;
        barredViolates = false;
        for (var j = 0; j < _size; j++)
        {
            if (value - _product[j] <= tolerance * (magnitude + _magnitude[j]))
                continue;
            if (_barred[j])
                barredViolates |= _twin[j] == j && value - _product[j] > 4 * Epsilon * (magnitude + _magnitude[j]);
            else if (best < 0 || _product[j] < _product[best])
                best = j;
        }
        return best;
    }

    /// <summary>
    /// Brings a source in and moves to the minimum of a face of the new support. False where the source cannot be told
    /// from the affine hull of the support.
    /// </summary>
    private bool Enter(int source)
    {
        (_support[_count], _high[_count], _low[_count]) = (source, 0, 0);
        if (!Factor(_count++))
        {
            _count--;
            return false;
        }
        for (var first = true; ; first = false)
        {
            if (SolveOnSupport())
                return true;
            if (first && !(_solution[_count - 1] > 0))
            {
                _count--;
                return false;
            }
            StepTowardsSolution();
        }
    }

    /// <summary>
    /// Moves from the weights towards _solution until the first weight is zero, and drops what is zero.
    /// </summary>
    private void StepTowardsSolution()
    {
        var theta = 1.0;
        var leaving = -1;
        for (var s = 0; s < _count; s++)
            if (!(_solution[s] > 0) && _high[s] / (_high[s] - _solution[s]) is var t && (leaving < 0 || !(t >= theta)))
                (theta, leaving) = (double.IsFinite(t) ? t : 0, s);
        for (var s = 0; s < _count; s++)
            (_high[s], _low[s]) = (Math.Max(_high[s] + theta * (_solution[s] - _high[s]), 0), 0);
        _high[leaving] = 0;
        Drop();
    }

    /// <summary>
    /// Takes the members of weight zero out of the support and renews the factor from the first of them on.
    /// </summary>
    private void Drop()
    {
        var (kept, first) = (0, _count);
        for (var s = 0; s < _count; s++)
        {
            if (!(_high[s] > 0))
            {
                first = Math.Min(first, s);
                _barred[_support[s]] = false;
                continue;
            }
            (_support[kept], _high[kept], _low[kept]) = (_support[s], _high[s], _low[s]);
            kept++;
        }
        _count = kept;
        if (first == 0)
            ChooseReference();
        for (var s = Math.Max(first, 1); s < _count; s++)
            if (!Factor(s))
            {
                // an ill-conditioned support that only rounding had kept apart: the member's weight goes to the
                // reference, whose gradient is the same to rounding
                _high[0] += _high[s];
                _high[s] = 0;
                Drop();
                return;
            }
    }

    private void ChooseReference()
    {
        var shortest = 0;
        for (var s = 1; s < _count; s++)
            if (_gram[_support[s], _support[s]] < _gram[_support[shortest], _support[shortest]])
                shortest = s;
        (_support[0], _support[shortest]) = (_support[shortest], _support[0]);
        (_high[0], _high[shortest]) = (_high[shortest], _high[0]);
        (_low[0], _low[shortest]) = (_low[shortest], _low[0]);
    }

    private MinNormSolution Result(int iterations, SolverStop stop)
    {
        var value = default(DoubleDouble);
        for (var s = 0; s < _count; s++)
        {
            var product = ExactProduct(_support[s]);
            value = value.PlusProduct(_high[s], product.High, product.Low).PlusProduct(_low[s], product.High, 0);
        }
        double lowest = 0,
            level = 0;
        for (var s = 0; s < _count; s++)
            level += _high[s] * _product[_support[s]];
        for (var j = 0; j < _size; j++)
            lowest = Math.Min(lowest, _product[j] - level);

        var weights = new double[_size];
        for (var s = 0; s < _count; s++)
        {
            var alike = 0;
            for (var j = 0; j < _size; j++)
                if (_twin[j] == _support[s])
                    alike++;
            for (var j = 0; j < _size; j++)
                if (_twin[j] == _support[s])
                    weights[j] = _high[s] / alike;
        }
        return new(weights, Math.Max(value.High, 0) / _scale, -lowest / _scale, iterations, stop);
    }
}
