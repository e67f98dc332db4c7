using Concord.Calibration;

namespace Concord.Bench.Coverage;

/// <summary>The numbers of a design without end, from a sample so large that its noise does not count.</summary>
/// <param name="Accuracy">Share of pairs in the right order.</param>
/// <param name="Brier">Brier score.</param>
/// <param name="Nll">NLL.</param>
/// <param name="Ece">ECE; 0 for a calibrated model.</param>
internal sealed record CoverageTruth(double Accuracy, double Brier, double Nll, double Ece)
{
    private const int Prompts = 200_000;

    /// <summary>Of a design at a temperature.</summary>
    public static CoverageTruth Of(CoverageDesign design, double temperature)
    {
        var m = Evaluation
            .Run(
                design.Draw(Prompts, temperature, seed: 987_654_321),
                new EvaluationOptions { Resamples = 0, Bins = [10] }
            )
            .Pooled;
        return new CoverageTruth(m.Accuracy!.Value, m.Brier!.Value, m.Nll!.Value, temperature == 1 ? 0 : m.Ece!.Value);
    }
}
