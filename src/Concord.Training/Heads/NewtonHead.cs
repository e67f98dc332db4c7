using Concord.Training.Solvers;
using TorchSharp;

namespace Concord.Training.Heads;

/// <summary>
/// Newton's method with backtracking for a ridge-regularised head (Boyd and Vandenberghe 2004, section 9.5), each step
/// by a Cholesky factorisation, in double precision. With a ridge above 0 the problem is strongly convex: it converges
/// from everywhere, at the end quadratically.
/// </summary>
internal static class NewtonHead
{
    /// <summary>
    /// What is aimed at; rounding may stop it earlier, and <see cref="HeadSolution.Tolerance"/> is enough.
    /// </summary>
    private const double Aim = 1e-12;

    /// <summary>The share of the decrease that the slope promises which a step must give.</summary>
    private const double Sufficient = 1e-4;

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
        var steps = 0;
        while (now.GradientNorm > Aim * unit && steps < MostIterations)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Next(problem, ridge, now) is not { } next)
                break;
            (now, steps) = (next, steps + 1);
        }
        var norm = unit == 0 ? 0 : now.GradientNorm / unit;
        return new(ridge, now.Head, now.Loss, norm, steps, problem.Separates(now.Head));
    }

    // null where rounding leaves nothing to gain
    private static Point? Next(HeadProblem problem, double ridge, Point now)
    {
        var step = Step(problem, ridge, now);
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
    private static double[] Step(HeadProblem problem, double ridge, Point now)
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        var matrix = problem.Hessian(now.Head).MoveToOuterDisposeScope();
        for (var added = ridge; ; added *= 10)
        {
            using var shifted = matrix.clone();
            var numbers = HeadProblem.Numbers(shifted);
            for (var i = 0; i < now.Head.Length; i++)
                numbers[i * now.Head.Length + i] += added;
            var (factor, info) = torch.linalg.cholesky_ex(shifted);
            // positive definite but for rounding: where that fails, a shorter step still descends
            if (info.item<int>() != 0)
                continue;
            var minus = torch.tensor([.. now.Gradient.Select(value => -value)], now.Head.Length, 1);
            return HeadProblem.Numbers(minus.cholesky_solve(factor, upper: false).contiguous()).ToArray();
        }
    }

    private static double Norm(double[] vector) => Math.Sqrt(VectorMath.Dot(vector, vector));

    private sealed record Point(double[] Head, double Loss, double Value, double[] Gradient, double GradientNorm)
    {
        public static Point At(HeadProblem problem, double ridge, double[] head)
        {
            var (loss, gradient) = problem.Evaluate(head);
            VectorMath.AddScaled(gradient, ridge, head);
            return new(head, loss, loss + ridge / 2 * VectorMath.Dot(head, head), gradient, Norm(gradient));
        }
    }
}
