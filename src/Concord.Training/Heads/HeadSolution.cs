namespace Concord.Training.Heads;

/// <summary>The minimum of a <see cref="HeadProblem"/> with a ridge, and how well it was met.</summary>
/// <param name="Ridge">ρ.</param>
/// <param name="Head">v, (D), over the problem's features.</param>
/// <param name="Loss">The loss there, without the ridge.</param>
/// <param name="GradientNorm">Norm of the gradient there, the ridge's included; 1 at a head of zero.</param>
/// <param name="Iterations">Newton steps that were taken.</param>
/// <param name="Separates">Whether every training pair is in its order: the ridge alone keeps the head finite.</param>
internal sealed record HeadSolution(
    double Ridge,
    double[] Head,
    double Loss,
    double GradientNorm,
    int Iterations,
    bool Separates
)
{
    /// <summary>The largest <see cref="GradientNorm"/> that counts as solved.</summary>
    public const double Tolerance = 1e-8;

    /// <summary>Whether it is the minimum.</summary>
    public bool IsSolved => GradientNorm <= Tolerance;
}
