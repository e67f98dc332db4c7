using System.Globalization;

namespace Concord.Bench.Coverage;

/// <summary>
/// Whether the rule errs and the intervals hold as often as they say: many simulated evaluations whose truth is known,
/// in each of the designs of <see cref="CoverageDesign"/>.
/// </summary>
internal static class CoverageBenchmark
{
    private static readonly int[] Tested = [20, 57, 200];
    private static readonly int[] Few = [6, 10, 14, 20, 57, 200];

    /// <summary>Runs: <c>coverage [simulations=1000] [seed=1]</c>.</summary>
    /// <param name="write">Takes each line of the tables, markdown.</param>
    /// <param name="simulations">Evaluations a cell.</param>
    /// <param name="seed">The seed.</param>
    public static void Run(Action<string> write, int simulations, int seed)
    {
        write(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{simulations} simulated evaluations a line, seed {seed}; in brackets standard errors.\n"
            )
        );
        Calibrated(write, simulations, seed);
        Miscalibrated(write, simulations, seed);
        Paired(write, simulations, seed);
    }

    private static void Calibrated(Action<string> write, int simulations, int seed)
    {
        write("Calibrated models: how often called miscalibrated (5 % asked for), how often 95 % intervals hold.\n");
        Row(
            write,
            "design",
            "prompts",
            "verdict",
            "z alone",
            "accuracy",
            "Brier",
            "NLL",
            "true ECE",
            "debiased ECE",
            "ECE"
        );
        Row(write, [.. Enumerable.Repeat("---", 10)]);
        foreach (var design in CoverageDesign.All)
        {
            var truth = CoverageTruth.Of(design, 1);
            foreach (var prompts in Few)
            {
                var cell = CoverageCell.Run(design, truth, prompts, 1, simulations, seed);
                var tested = prompts >= Tested[0];
                string IfTested(Func<CoverageRate> rate) => tested ? $"{rate()}" : "";
                Row(
                    write,
                    design.Name,
                    $"{prompts}",
                    IfTested(() => cell.Rejections),
                    IfTested(() => cell.RejectionsOfZ),
                    $"{cell.Accuracy}",
                    $"{cell.Brier}",
                    $"{cell.Nll}",
                    IfTested(() => cell.Ece),
                    IfTested(() => cell.Debiased),
                    IfTested(() => cell.Plain)
                );
            }
        }
        write("");
    }

    private static void Miscalibrated(Action<string> write, int simulations, int seed)
    {
        write("Models that are too sure: the truth is sigmoid(temperature x difference).\n");
        Row(
            write,
            "design",
            "temperature",
            "prompts",
            "verdict finds it",
            "z alone",
            "ECE above the band",
            "true ECE",
            "its interval holds",
            "debiased less true"
        );
        Row(write, [.. Enumerable.Repeat("---", 9)]);
        foreach (var design in CoverageDesign.All)
        foreach (var temperature in new[] { 0.5, 0.77 })
        {
            var truth = CoverageTruth.Of(design, temperature);
            foreach (var prompts in Tested)
            {
                var cell = CoverageCell.Run(design, truth, prompts, temperature, simulations, seed);
                Row(
                    write,
                    design.Name,
                    temperature.ToString(CultureInfo.InvariantCulture),
                    $"{prompts}",
                    $"{cell.Rejections}",
                    $"{cell.RejectionsOfZ}",
                    $"{cell.AboveBand}",
                    truth.Ece.ToString(".000", CultureInfo.InvariantCulture),
                    $"{cell.Ece}",
                    $"{cell.Debiased}"
                );
            }
        }
        write("");
    }

    private static void Paired(Action<string> write, int simulations, int seed)
    {
        write("Two models on the same pairs, one of them noisier: how often 95 % intervals of the differences hold.\n");
        Row(write, "design", "prompts", "accuracy", "ECE", "NLL", "Brier");
        Row(write, [.. Enumerable.Repeat("---", 6)]);
        foreach (var design in CoverageDesign.All)
        {
            var truth = PairedCoverageCell.Truth(design);
            foreach (var prompts in Few)
            {
                var cell = PairedCoverageCell.Run(design, truth, prompts, simulations, seed);
                Row(
                    write,
                    design.Name,
                    $"{prompts}",
                    $"{cell.Accuracy}",
                    $"{cell.Ece}",
                    $"{cell.Nll}",
                    $"{cell.Brier}"
                );
            }
        }
        write("");
    }

    private static void Row(Action<string> write, params string[] cells) => write($"| {string.Join(" | ", cells)} |");
}
