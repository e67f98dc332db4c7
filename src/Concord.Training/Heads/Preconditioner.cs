using Concord.Training.Losses;
using TorchSharp;

namespace Concord.Training.Heads;

/// <summary>
/// (∇² + ρ)⁻¹ at some head by a Cholesky factor. A pair's curvature is largest where its rewards are equal, so with the
/// factor of a head of zero the second derivatives elsewhere have eigenvalues between the share that is left of the
/// curvature of the pair that is won by most, and 1.
/// </summary>
internal sealed class Preconditioner : IDisposable
{
    private readonly torch.Tensor factor;

    private Preconditioner(torch.Tensor factor) => this.factor = factor;

    /// <summary>At a head of zero.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="ridge">ρ, above 0.</param>
    public static Preconditioner AtZero(HeadProblem problem, double ridge) =>
        Of(problem.HessianAtZero, problem.Features.Width, ridge);

    /// <summary>At another head.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="curvature">The head's.</param>
    /// <param name="ridge">ρ, above 0.</param>
    public static Preconditioner At(HeadProblem problem, RankingCurvature curvature, double ridge) =>
        Of(problem.Hessian(curvature), problem.Features.Width, ridge);

    private static Preconditioner Of(double[] hessian, int width, double ridge)
    {
        using var mode = torch.no_grad();
        for (var added = ridge; ; added *= 10)
        {
            using var shifted = torch.tensor(hessian, width, width);
            var numbers = HeadProblem.Numbers(shifted);
            for (var i = 0L; i < width; i++)
                numbers[checked((int)(i * width + i))] += added;
            var (factor, info) = torch.linalg.cholesky_ex(shifted);
            using (info)
                // positive definite but for rounding: where that fails, a larger ridge still is near
                if (info.item<int>() == 0)
                    return new(factor.DetachFromDisposeScope());
            factor.Dispose();
        }
    }

    /// <summary>(∇² + ρ)⁻¹ r.</summary>
    /// <param name="vector">r, (D).</param>
    public double[] Solve(ReadOnlySpan<double> vector)
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        var right = torch.tensor(vector.ToArray(), vector.Length, 1);
        return HeadProblem.Numbers(right.cholesky_solve(factor, upper: false).contiguous()).ToArray();
    }

    public void Dispose() => factor.Dispose();
}
