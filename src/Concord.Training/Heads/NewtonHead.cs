using Concord.Training.Losses;
using Concord.Training.Solvers;

namespace Concord.Training.Heads;

/// <summary>
/// Newton's method with backtracking for a ridge-regularised head (Boyd and Vandenberghe 2004, section 9.5), in double
/// precision. With a ridge above 0 the problem is strongly convex: it converges from everywhere. A step is solved by
/// conjugate gradients, preconditioned by the second derivatives at zero (<see cref="Preconditioner"/>), to an
/// accuracy that grows towards the minimum, so that convergence is superlinear (Nocedal and Wright 2006, theorem 7.2):
/// the matrix of D² numbers is factored once for a ridge, and made once for all; only where a head is so far from zero
/// that its pairs' curvatures are of quite another size it is made anew.
/// </summary>
internal static class NewtonHead
{
    /// <summary>
    /// What is aimed at; rounding may stop it earlier, and <see cref="HeadSolution.Tolerance"/> is enough.
    /// </summary>
    private const double Aim = 1e-12;

    /// <summary>The share of the decrease that the slope promises which a step must give.</summary>
    private const double Sufficient = 1e-4;

    // what a step leaves of the gradient: a tenth far from the minimum, its own size near it
    private const double LeastAccuracy = .1;
    private const double BestAccuracy = 1e-8;

    private const int MostIterations = 200;
    private const int MostHalvings = 40;

    /// <summary>Solves a problem.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="ridge">ρ, above 0.</param>
    /// <param name="start">v to start from, (D); null for zero.</param>
    /// <param name="cancellation">Looked at before every step.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static HeadSolution Solve(
        HeadProblem problem,
        double ridge,
        double[]? start = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ridge);
        var width = problem.Features.Width;
        var unit = Norm(problem.Evaluate(new double[width]).Gradient);
        var now = Point.At(problem, ridge, start is null ? new double[width] : [.. start]);
        var preconditioner = Preconditioner.AtZero(problem, ridge);
        var steps = 0;
        try
        {
            while (now.GradientNorm > Aim * unit && steps < MostIterations)
            {
                cancellation.ThrowIfCancellationRequested();
                var accuracy = Math.Max(Math.Min(LeastAccuracy, now.GradientNorm / unit), BestAccuracy);
                var (step, isAccurate) = Step(problem, ridge, now, preconditioner, accuracy);
                if (!isAccurate)
                {
                    preconditioner.Dispose();
                    preconditioner = Preconditioner.At(problem, now.Curvature.Value, ridge);
                    (step, _) = Step(problem, ridge, now, preconditioner, accuracy);
                }
                if (Next(problem, ridge, now, step) is not { } next)
                    break;
                (now, steps) = (next, steps + 1);
            }
        }
        finally
        {
            preconditioner.Dispose();
        }
        var norm = unit == 0 ? 0 : now.GradientNorm / unit;
        return new(ridge, now.Head, now.Loss, norm, steps, problem.Separates(now.Head));
    }

    // null where rounding leaves nothing to gain
    private static Point? Next(HeadProblem problem, double ridge, Point now, double[] step)
    {
        var slope = VectorMath.Dot(step, now.Gradient);
        var length = 1.0;
        for (var halvings = 0; halvings < MostHalvings; halvings++, length /= 2)
        {
            var head = (double[])now.Head.Clone();
            VectorMath.AddScaled(head, length, step);
            var next = Point.At(problem, ridge, head);
            // near the minimum values differ by less than their rounding, gradients still tell
            if (next.Value < now.Value + Sufficient * length * slope || IsNearer(now, next))
                return next;
        }
        return null;
    }

    private static bool IsNearer(Point now, Point next) =>
        next.Value <= now.Value + 1e-14 * Math.Abs(now.Value) && next.GradientNorm < .9 * now.GradientNorm;

    // -(∇² + ρ)⁻¹ ∇
    private static (double[] Step, bool IsAccurate) Step(
        HeadProblem problem,
        double ridge,
        Point now,
        Preconditioner preconditioner,
        double accuracy
    )
    {
        double[] down = [.. now.Gradient.Select(value => -value)];
        return ConjugateGradients.Solve(Times, preconditioner.Solve, down, accuracy);

        double[] Times(ReadOnlySpan<double> direction)
        {
            var product = problem.HessianTimes(now.Curvature.Value, direction);
            VectorMath.AddScaled(product, ridge, direction);
            return product;
        }
    }

    private static double Norm(double[] vector) => Math.Sqrt(VectorMath.Dot(vector, vector));

    private sealed record Point(
        double[] Head,
        double Loss,
        double Value,
        double[] Gradient,
        double GradientNorm,
        Lazy<RankingCurvature> Curvature
    )
    {
        public static Point At(HeadProblem problem, double ridge, double[] head)
        {
            var (loss, gradient) = problem.Evaluate(head);
            VectorMath.AddScaled(gradient, ridge, head);
            return new(
                head,
                loss,
                loss + ridge / 2 * VectorMath.Dot(head, head),
                gradient,
                Norm(gradient),
                new(() => problem.CurvatureAt(head))
            );
        }
    }
}
