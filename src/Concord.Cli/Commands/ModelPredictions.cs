using Concord.Calibration;
using Concord.Cli.Terminals;
using Concord.Modeling.Rewards;
using Concord.Preferences;
using Concord.Preferences.Readers;
using Concord.Tokenization.Comparisons;

namespace Concord.Cli.Commands;

/// <summary>Predictions of a reward model run over files of preferences.</summary>
/// <param name="Model">The model's folder.</param>
/// <param name="Files">The files.</param>
/// <param name="Reading">Format and source, where named.</param>
/// <param name="MaximumLength">Longest text in tokens, where named.</param>
/// <param name="Computing">How the model is opened.</param>
internal sealed record ModelPredictions(
    string Model,
    IReadOnlyList<string> Files,
    ReadOptions Reading,
    int? MaximumLength,
    RewardModelOptions Computing
) : IPredictionSource
{
    /// <inheritdoc/>
    public IReadOnlyList<Prediction> Read(Terminal terminal, CancellationToken cancellation)
    {
        var comparisons = new List<Comparison>();
        foreach (var file in Files)
        {
            var read = PreferenceFile.Read(file, Reading);
            comparisons.AddRange(read.Comparisons);
            foreach (var problem in read.Problems)
                terminal.Error.WriteLine($"not read: {problem}");
            foreach (var (reason, count) in read.Dropped)
                terminal.Error.WriteLine($"{file}: {count} left out: {reason}");
        }
        using var model = RewardModel.Load(Model, Computing);
        var encoding = new ModelEncoding(model, Model, MaximumLength);
        var temperatures = model.Settings.Sources.ToDictionary(
            source => source.Name,
            source => source.Temperature,
            StringComparer.Ordinal
        );
        var predictions = new List<Prediction>(comparisons.Count);
        int cut = 0,
            dropped = 0;
        using var progress = new Progress(terminal, "scoring", comparisons.Count, "comparisons");
        foreach (
            var ((comparison, encoded), rewards) in new RewardScorer(model).Score(
                comparisons.Select(comparison => (Comparison: comparison, Encoded: encoding.Encode(comparison))),
                item => item.Encoded,
                cancellation
            )
        )
        {
            progress.Add(1);
            if (rewards is null)
            {
                dropped++;
                continue;
            }
            if (encoded!.Truncated)
                cut++;
            predictions.Add(Predict(comparison, encoded, rewards, temperatures));
        }
        if (cut > 0)
            terminal.Error.WriteLine(
                $"{cut} of {comparisons.Count} comparisons were cut to fit ({model.Settings.Truncation})."
            );
        if (dropped > 0)
            terminal.Error.WriteLine(
                $"{dropped} of {comparisons.Count} comparisons were longer than the maximum and left out."
            );
        return predictions;
    }

    private static Prediction Predict(
        Comparison comparison,
        TokenizedComparison encoded,
        double[] rewards,
        Dictionary<string, double> temperatures
    ) =>
        new(
            comparison.Source,
            rewards,
            comparison.Scores,
            comparison.PromptId,
            comparison.Origin.File,
            comparison.Origin.Line,
            [.. encoded.ResponseLengths!.Select(length => (double)length)]
        )
        {
            Annotator = comparison.Annotator,
            Temperature = temperatures.TryGetValue(comparison.Source, out var temperature) ? temperature : null,
        };
}
