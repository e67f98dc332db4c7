using Concord.Training.Solvers;

namespace Concord.Training.Heads;

/// <summary>
/// Preconditioned conjugate gradients for A x = b, A symmetric and positive definite and known by its products only
/// (Nocedal and Wright 2006, algorithm 5.3). Every iterate is a direction of descent for ½ xᵀA x - bᵀx.
/// </summary>
internal static class ConjugateGradients
{
    // beyond that a better preconditioner costs less
    private const int MostIterations = 60;

    /// <summary>A product of a matrix with a vector, (D) to (D).</summary>
    public delegate double[] Product(ReadOnlySpan<double> vector);

    /// <summary>Solves.</summary>
    /// <param name="matrix">A d.</param>
    /// <param name="preconditioner">M⁻¹ r, M near A.</param>
    /// <param name="right">b, (D).</param>
    /// <param name="accuracy">The residual's norm at the end in terms of b's.</param>
    /// <returns>x, (D), and whether it is as accurate; it is not where rounding or the number of iterations ended the
    /// search.</returns>
    public static (double[] Solution, bool IsAccurate) Solve(
        Product matrix,
        Product preconditioner,
        double[] right,
        double accuracy
    )
    {
        var solution = new double[right.Length];
        var residual = (double[])right.Clone();
        var enough = accuracy * accuracy * VectorMath.Dot(right, right);
        var direction = preconditioner(residual);
        var weight = VectorMath.Dot(residual, direction);
        for (var i = 0; i < MostIterations && weight > 0; i++)
        {
            var image = matrix(direction);
            var curvature = VectorMath.Dot(direction, image);
            if (!(curvature > 0))
                break;
            var length = weight / curvature;
            VectorMath.AddScaled(solution, length, direction);
            VectorMath.AddScaled(residual, -length, image);
            if (VectorMath.Dot(residual, residual) <= enough)
                return (solution, true);
            var next = preconditioner(residual);
            var after = VectorMath.Dot(residual, next);
            VectorMath.AddScaled(next, after / weight, direction);
            (direction, weight) = (next, after);
        }
        return (solution, weight == 0);
    }
}
