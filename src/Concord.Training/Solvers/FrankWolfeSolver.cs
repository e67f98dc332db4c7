namespace Concord.Training.Solvers;

/// <summary>
/// The solver of the authors' code (MORE), kept by name so that its published runs can be repeated: Frank-Wolfe started
/// from the best two-point solution. It is not exact; <see cref="MinNormSolver"/> is.
/// </summary>
/// <remarks>
/// <para>Its ways, reproduced on purpose: the two-point solution is held at .999 and .001 where a vertex would be best,
/// in the start as in every step, so at an optimal vertex it steps away by .001 again and again and two sources never
/// get (1, 0); it stops when a move is below 1e-5 in sum and returns the point before that move, or after 1,000 steps;
/// pairs that cost 1e8 or more are not seen.</para>
/// <para>Over the 194 golden cases that it solves, its weights are off by 1.5e-5 in the median and .063 at
/// worst.</para>
/// </remarks>
public static class FrankWolfeSolver
{
    private const int StepLimit = 1000;
    private const double SmallestMove = 1e-5;
    private const double LargestCost = 1e8;

    /// <summary>Solves as the authors do.</summary>
    /// <param name="gram">⟨g_i, g_j⟩ of K ≥ 2 gradients.</param>
    /// <exception cref="ConcordException">One source only, or no pair of sources costs less than 1e8: the authors' code
    /// fails there too.</exception>
    public static MinNormSolution Solve(GramMatrix gram)
    {
        ArgumentNullException.ThrowIfNull(gram);
        var weights = BestPair(gram);
        if (gram.Size == 2)
            return Certify(gram, weights, 0, SolverStop.SmallMove);

        var size = gram.Size;
        var product = new double[size];
        for (var step = 1; step <= StepLimit; step++)
        {
            for (var i = 0; i < size; i++)
                product[i] = Dot(gram.Row(i), weights);
            var target = 0;
            for (var i = 1; i < size; i++)
                if (product[i] < product[target])
                    target = i;
            var (keep, _) = BetweenTwo(Dot(weights, product), Dot(weights, gram.Row(target)), gram[target, target]);

            var next = new double[size];
            var move = 0.0;
            for (var i = 0; i < size; i++)
            {
                next[i] = keep * weights[i] + (i == target ? 1 - keep : 0);
                move += Math.Abs(next[i] - weights[i]);
            }
            if (move < SmallestMove)
                return Certify(gram, weights, step, SolverStop.SmallMove);
            weights = next;
        }
        return Certify(gram, weights, StepLimit, SolverStop.IterationLimit);
    }

    /// <summary>The two sources whose segment comes nearest to zero; the first of equals.</summary>
    private static double[] BestPair(GramMatrix gram)
    {
        double[]? weights = null;
        var least = LargestCost;
        for (var i = 0; i < gram.Size; i++)
        for (var j = i + 1; j < gram.Size; j++)
        {
            var (share, cost) = BetweenTwo(gram[i, i], gram[i, j], gram[j, j]);
            if (!(cost < least))
                continue;
            least = cost;
            weights = new double[gram.Size];
            weights[i] = share;
            weights[j] = 1 - share;
        }
        return weights
            ?? throw new ConcordException(
                gram.Size == 1
                    ? "The authors' Frank-Wolfe solver needs at least two sources with strict pairs in a batch, but "
                        + "there is one: use the solver `exact`."
                    : "The authors' Frank-Wolfe solver finds no start: every pair of source gradients has a squared "
                        + "norm of 1e8 or more. Use the solver `exact`, or the normalisation `l2`."
            );
    }

    /// <summary>
    /// Where on the segment from the second gradient to the first the norm is least, held at .999 and .001 at its ends,
    /// and the least squared norm.
    /// </summary>
    private static (double Share, double Cost) BetweenTwo(double first, double product, double second)
    {
        if (product >= first)
            return (.999, first);
        if (product >= second)
            return (.001, second);
        var share = -((product - second) / (first + second - 2 * product));
        return (share, second + share * (product - second));
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private static MinNormSolution Certify(GramMatrix gram, double[] weights, int steps, SolverStop stop)
    {
        double value = 0,
            least = double.PositiveInfinity;
        for (var i = 0; i < gram.Size; i++)
        {
            var product = Dot(gram.Row(i), weights);
            value += weights[i] * product;
            least = Math.Min(least, product);
        }
        return new(weights, value, Math.Max(value - least, 0), steps, stop);
    }
}
