using Concord.Calibration;
using Concord.Cli.Terminals;
using Concord.Modeling.Rewards;
using Concord.Preferences;
using Concord.Preferences.Readers;

namespace Concord.Cli.Commands;

/// <summary>Predictions of a reward model run over files of preferences.</summary>
/// <param name="Model">The model's folder.</param>
/// <param name="Files">The files.</param>
/// <param name="Reading">Format, columns and source, where named.</param>
/// <param name="MaximumLength">Longest text in tokens, where named.</param>
/// <param name="Computing">How the model is opened.</param>
/// <param name="Strict">Whether a record that cannot be used ends the command.</param>
/// <param name="SourcesRead">Is told the sources before anything is scored; what it throws ends the command.</param>
internal sealed record FilePredictions(
    string Model,
    IReadOnlyList<string> Files,
    ReadOptions Reading,
    int? MaximumLength,
    RewardModelOptions Computing,
    bool Strict,
    Action<IEnumerable<string>> SourcesRead
) : IPredictionSource
{
    /// <inheritdoc/>
    public IReadOnlyList<Prediction> Read(Terminal terminal, CancellationToken cancellation)
    {
        var comparisons = new List<Comparison>();
        foreach (var read in PreferenceFiles.Read(Files, Reading, cancellation: cancellation))
        {
            comparisons.AddRange(read.Comparisons);
            if (Strict && read.Problems.Count > 0)
                throw new ConcordException($"{read.Problems[0]} (--strict)");
            if (Continuations.Note(read) is { } note && Reading.Format is null)
                terminal.Error.WriteLine(PlainWriter.OneLine(note));
            foreach (var problem in read.Problems)
                terminal.Error.WriteLine($"not read: {problem}");
            foreach (var (reason, count) in read.Dropped)
                terminal.Error.WriteLine($"{read.File}: {count} left out: {reason}");
            if (UnusedColumns.Said(read) is { } unused)
                terminal.Error.WriteLine(unused);
            foreach (var said in read.Notes)
                terminal.Error.WriteLine(PlainWriter.OneLine(said));
        }
        SourcesRead(comparisons.Select(comparison => comparison.Source));
        using var model = RewardModel.Load(Model, Computing);
        foreach (var note in model.Opening)
            terminal.Error.WriteLine(PlainWriter.OneLine(note));
        terminal.Error.WriteLine(new ModelEncoding(model).Choice);
        using var progress = new Progress(terminal, "scoring", comparisons.Count, "comparisons");
        var predictions = model.Predict(
            comparisons,
            MaximumLength,
            done => progress.Report(done),
            Strict,
            cancellation
        );
        foreach (var refused in predictions.Refused)
            progress.WriteLine($"not scored: {refused}");
        if (predictions.Refused.Count > 0)
            progress.WriteLine(
                $"{predictions.Refused.Count} of {comparisons.Count} comparisons were refused and are not evaluated."
            );
        if (predictions.Cut > 0)
            progress.WriteLine(
                $"{predictions.Cut} of {comparisons.Count} comparisons were cut to fit ({model.Settings.Truncation})."
            );
        if (predictions.LeftOut > 0)
            progress.WriteLine(
                $"{predictions.LeftOut} of {comparisons.Count} comparisons were longer than the maximum and left out."
            );
        if (predictions.Seen is { TrainedOn: > 0 } or { ChosenBy: > 0 })
            progress.WriteLine(
                $"warning: the model was trained on {predictions.Seen.TrainedOn} of the {predictions.Seen.Prompts} "
                    + $"prompts, and {predictions.Seen.ChosenBy} chose its step or temperatures: these numbers are "
                    + $"not those of new prompts ({Text(predictions.Seen.BySource)}). The run's scores.jsonl holds "
                    + "its held-out comparisons; or take files that were not trained on."
            );
        return predictions;
    }

    private static string Text(IReadOnlyDictionary<string, int> bySource) =>
        string.Join(", ", bySource.Select(one => FormattableString.Invariant($"{one.Key} {one.Value}")));
}
