using Concord.Foundation;
using Concord.Modeling.Rewards;
using Concord.Preferences;
using Concord.Preferences.Readers;

namespace Concord.Runs.Scoring;

/// <summary>Scores one file into one file, a line for a record, going on with what an interrupted run left.</summary>
/// <param name="model">A model that came from a folder.</param>
/// <param name="input">The file whose records are scored, in any format that is read.</param>
/// <param name="output">The file of scores, JSON lines; a pipe or a device is written to as the lines come, and
/// <c>-</c> is standard output.</param>
public sealed class ScoreJob(RewardModel model, string input, string output)
{
    private static readonly OutputKind Kind = OutputKind.Lines("a file of scores", ScoreLine.IsOne);

    /// <summary>How the input is read: its format, its source.</summary>
    public ReadOptions Reading { get; init; } = new();

    /// <summary>The longest text in tokens, from 3; null for the model folder's own.</summary>
    public int? MaximumLength { get; init; }

    /// <summary>
    /// Whether rewards are written less their mean on the training sources, divided by their standard deviation.
    /// </summary>
    public bool Normalize { get; init; }

    /// <summary>Whether a record that cannot be scored ends the job, instead of costing only itself; the lines
    /// before it lie beside the output then.</summary>
    public bool Strict { get; init; }

    /// <summary>Whether a regular file that is not read is replaced, whatever it holds.</summary>
    public bool Force { get; init; }

    /// <summary>Who has standard output, for the output <c>-</c>; null for the process's own.</summary>
    public TextWriter? StandardOutput { get; init; }

    /// <summary>Told in a line what a person should know; may be null.</summary>
    public Action<string>? Noted { get; init; }

    /// <summary>Says before a large model is opened that the output may not, or cannot, be written.</summary>
    /// <param name="input">The file whose records are scored.</param>
    /// <param name="output">The file of scores.</param>
    /// <param name="force">Whether a regular file that is not read is replaced, whatever it holds.</param>
    /// <param name="model">The model's folder, of which nothing is replaced.</param>
    /// <returns>Whether an interrupted run is gone on with there: it is where a file is written.</returns>
    /// <exception cref="ConcordException">It is the input, a folder, or another file than earlier scores; or a file
    /// beside it lies where the unfinished part would.</exception>
    public static bool Check(string input, string output, bool force = false, string? model = null) =>
        Find(model is null ? [input] : [input, model], output, force).File is not null;

    /// <summary>Runs to the end.</summary>
    /// <param name="progress">Told the number of records so far: first those of an earlier run, then after
    /// each.</param>
    /// <param name="cancellation">Ends the run; the lines so far lie beside the output.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the same job goes on from there.</exception>
    /// <exception cref="ConcordException">The input cannot be read, the output cannot be written, or a record cannot be
    /// scored under <see cref="Strict"/>.</exception>
    public ScoreResult Run(Action<int>? progress = null, CancellationToken cancellation = default)
    {
        var folder =
            model.Folder
            ?? throw new ConcordException("A model that came from no folder scores no file: save it first.");
        if (Normalize && model.Settings is not { RewardMean: not null, RewardStandardDeviation: not null })
            throw new ConcordException(
                $"{folder}/concord.json holds no mean and standard deviation of rewards, which normalizing "
                    + $"needs; models trained by Concord have them."
            );
        var encoding = new ModelEncoding(model, MaximumLength);
        var reading = Reading with { AllowUnscored = true };
        if (encoding.Tokenizer is null)
            CheckIds(folder, reading);
        using var lines = Open(encoding, reading);
        progress?.Invoke(lines.Lines);
        var errors = lines.Errors;
        string? firstError = null;
        var record = new List<(ScorePart Part, double[]? Rewards)>();
        var written = new ScoreLine(model, input, Normalize);
        foreach (
            var scored in new RewardScorer(model).Score(
                new ScoreParts(input, reading, encoding, Noted).After(lines.Lines),
                part => part.Encoded,
                cancellation
            )
        )
        {
            record.Add(scored);
            if (!scored.Item.IsLast)
                continue;
            var error = record
                .Select(one => ScoreLine.Failure(one.Part, one.Rewards))
                .FirstOrDefault(one => one is not null);
            if (Strict && error is not null)
                throw new ConcordException($"{error} (--strict)");
            firstError ??= error;
            if (error is not null)
                errors++;
            lines.WriteLine(writer => written.Write(writer, record), error is not null);
            record.Clear();
            progress?.Invoke(lines.Lines);
        }
        lines.Complete();
        return new ScoreResult(lines.Lines, errors, firstError);
    }

    private static OutputPlace Find(string[] inputs, string output, bool force)
    {
        var place = OutputPlace.Find(output, Kind, inputs, force);
        if (place.File is { } file)
            PartialOutput.Check(file, inputs, force);
        return place;
    }

    private IScoreLines Open(ModelEncoding encoding, ReadOptions reading)
    {
        var place = Find([input, model.Folder!], output, Force);
        return place.File is { } file
            ? PartialOutput.Open(
                file,
                ScoreKey.OfInput(input, reading),
                ScoreKey.OfModel(model, encoding, Normalize),
                Noted ?? (_ => { })
            )
            : new PassingOutput(place, StandardOutput);
    }

    // a model that reads no text would give an error for every record of the file
    private void CheckIds(string folder, ReadOptions reading)
    {
        var first = PreferenceFile.Stream(input, reading).SelectMany(read => read.Comparisons).FirstOrDefault();
        if (first is { Form: not ComparisonForm.TokenIds })
            throw new ConcordException(
                $"{folder} holds no tokenizer, and {first.Origin.File}, line {first.Origin.Line} holds text: put the "
                    + $"model's tokenizer.json or tokenizer.model there, or give token ids (prompt_ids, response_ids)."
            );
    }
}
