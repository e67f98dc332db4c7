using System.Globalization;

namespace Concord.Bench.HeldOut;

/// <summary>
/// Whether what is reported is right on average: models of simulated populations, each fixed and evaluated on many
/// fresh held-out sides, beside what it says of the comparisons that chose it.
/// </summary>
internal static class HeldOutBenchmark
{
    /// <summary>
    /// Runs: <c>heldout [populations=12] [draws=50] [truth=20000] [steps=160] [seed=1] [sizes=50|150]</c>.
    /// </summary>
    /// <param name="write">Takes each line of the table, markdown.</param>
    /// <param name="settings">How much is simulated.</param>
    /// <param name="progress">Told after each model.</param>
    /// <returns>What each model missed, of each size.</returns>
    public static IReadOnlyList<HeldOutBias[]> Run(
        Action<string> write,
        HeldOutSettings settings,
        Action<string> progress
    )
    {
        write(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{settings.Populations} populations of three sources, {settings.Draws} held-out sides a model, the "
                    + $"truth from {settings.Truth} comparisons a source, seed {settings.Seed}; means over models, in "
                    + $"brackets standard errors over models.\n"
            )
        );
        Row(
            write,
            "comparisons a source",
            "number",
            "on what chose it",
            "as the run reported",
            "on fresh sides",
            "95 % intervals hold"
        );
        Row(write, [.. Enumerable.Repeat("---", 6)]);
        return [.. settings.Sizes.Select(size => Size(write, settings, size, progress))];
    }

    private static HeldOutBias[] Size(Action<string> write, HeldOutSettings settings, int size, Action<string> progress)
    {
        var found = new HeldOutBias[settings.Populations];
        for (var population = 0; population < found.Length; population++)
        {
            var folder = Directory.CreateTempSubdirectory("concord-held-out-").FullName;
            try
            {
                found[population] = HeldOutBias.Of(
                    FixedModel.Train(settings, population, size, Path.Combine(folder, "run"))
                );
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
            progress(string.Create(CultureInfo.InvariantCulture, $"{size} a source: {population + 1} models"));
        }
        MeanOfModels Over(Func<HeldOutBias, double> of) => MeanOfModels.Of([.. found.Select(of)]);
        foreach (var (i, number) in HeldOutNumber.All.Index())
            Row(
                write,
                $"{size}",
                number.Name,
                $"{Over(one => one.ChosenBy[i])}",
                $"{Over(one => one.Reported[i])}",
                $"{Over(one => one.HeldOut[i])}",
                $"{Over(one => one.Holds[i])}"
            );
        return found;
    }

    private static void Row(Action<string> write, params string[] cells) => write($"| {string.Join(" | ", cells)} |");
}
