using System.Globalization;
using Concord.Calibration;
using Concord.Cli.Terminals;
using Concord.Foundation;

namespace Concord.Cli.Commands;

/// <summary>The paper's baselines that are made of Singles: Top and Averaging.</summary>
/// <param name="Singles">The source each was trained on, and its file of scores.</param>
/// <param name="Averaging">The mean reward of all; else each source by its own.</param>
internal sealed record SinglesPredictions(IReadOnlyList<(string Source, string File)> Singles, bool Averaging)
    : IPredictionSource
{
    /// <summary>Reads the options.</summary>
    /// <exception cref="UsageException">They are not of the form.</exception>
    public static SinglesPredictions Parse(IEnumerable<string> written, string? baseline)
    {
        if (baseline is not ("top" or "averaging"))
            throw new UsageException("--single needs --baseline top or --baseline averaging.");
        var singles = written.Select(one =>
            one.Split('=', 2) is [{ Length: > 0 } source, { Length: > 0 } file]
                ? (source, file)
                : throw new UsageException(
                    $"--single {one}: SOURCE=FILE was expected, for instance helpful=scores.jsonl."
                )
        );
        (string Source, string File)[] all = [.. singles];
        if (all.GroupBy(one => one.Source).FirstOrDefault(own => own.Count() > 1) is { } source)
            throw new UsageException($"--single gives the source {source.Key} twice: give it one file of scores.");
        if (RealPath.Twice([.. all.Select(one => one.File)]) is var (first, second))
            throw new UsageException(
                $"--single gives one file of scores to two sources ({first}, {second}): each Single has its own."
            );
        return new SinglesPredictions(all, baseline == "averaging");
    }

    /// <inheritdoc/>
    public IReadOnlyList<Prediction> Read(Terminal terminal, CancellationToken cancellation)
    {
        var models = new SingleModels([
            .. Singles.Select(single =>
                (single.Source, new ScoresFilePredictions([single.File]).Read(terminal, cancellation))
            ),
        ]);
        if (!Averaging)
            return models.Top();
        foreach (var (source, accuracy) in models.MeanAccuracies())
            terminal.Error.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"mean of the Singles' accuracies on {source}: {accuracy:f4} (below: the accuracy of their mean "
                        + $"reward)"
                )
            );
        return models.Averaging();
    }
}
