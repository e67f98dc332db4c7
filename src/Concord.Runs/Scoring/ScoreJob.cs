using System.Text.Json;
using Concord.Modeling.Rewards;
using Concord.Preferences;
using Concord.Preferences.Readers;
using Concord.Tokenization.Comparisons;

namespace Concord.Runs.Scoring;

/// <summary>What a <see cref="ScoreJob"/> wrote.</summary>
/// <param name="Records">Lines written, one a record of the input.</param>
/// <param name="Errors">How many of them hold an error instead of rewards.</param>
public sealed record ScoreResult(int Records, int Errors);

/// <summary>Scores one file into one file, a line for a record, going on with what an interrupted run left.</summary>
/// <param name="model">A model that came from a folder.</param>
/// <param name="input">The file whose records are scored, in any format that is read.</param>
/// <param name="output">The file of scores, JSON lines.</param>
public sealed class ScoreJob(RewardModel model, string input, string output)
{
    /// <summary>How the input is read; that records may lack scores is understood.</summary>
    public ReadOptions Reading { get; init; } = new();

    /// <summary>The longest text in tokens, from 3; null for the model folder's own.</summary>
    public int? MaximumLength { get; init; }

    /// <summary>
    /// Whether rewards are written less their mean on the training sources, divided by their standard deviation.
    /// </summary>
    public bool Normalize { get; init; }

    private ReadOptions Unscored => Reading with { AllowUnscored = true };

    /// <summary>Says before a large model is opened that the output may not, or cannot, be written.</summary>
    /// <param name="input">The file whose records are scored.</param>
    /// <param name="output">The file of scores.</param>
    /// <exception cref="ConcordException">It is the input, no regular file, or another file than earlier scores; or a
    /// file beside it lies where the unfinished part would.</exception>
    public static void Check(string input, string output) => PartialOutput.Find(output, input);

    /// <summary>
    /// One distinct set of responses of a record (a record judged by several has one set, a tree several), or what is
    /// wrong with the record.
    /// </summary>
    private sealed record Part(int Record, TokenizedComparison? Comparison, string? Error, bool Last);

    /// <summary>Runs to the end.</summary>
    /// <param name="progress">Told the number of records so far: first those of an earlier run, then after
    /// each.</param>
    /// <param name="cancellation">Ends the run; the lines so far lie beside the output.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the same job goes on from there.</exception>
    /// <exception cref="ConcordException">The input cannot be read, or the output cannot be written.</exception>
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
        if (encoding.Tokenizer is null)
            CheckIds(folder);
        using var file = PartialOutput.Open(
            PartialOutput.Find(output, input),
            Fingerprint.OfInput(input),
            Fingerprint.OfModel(
                folder,
                model.SourceFolder ?? folder,
                $"{Reading.Format} {Reading.Columns} {Reading.Source} {Reading.SourceField} {MaximumLength} {Normalize} "
                    + $"{model.HasBf16Products} {encoding.Choice.Name} {encoding.ParsesDialogues}"
            )
        );
        progress?.Invoke(file.Lines);
        var errors = file.Errors;
        var parts = new List<(Part Part, double[]? Rewards)>();
        foreach (
            var scored in new RewardScorer(model).Score(
                Parts(file.Lines, encoding),
                part => part.Comparison,
                cancellation
            )
        )
        {
            parts.Add(scored);
            if (!scored.Item.Last)
                continue;
            if (parts.Exists(part => part.Part.Error is not null))
                errors++;
            file.WriteLine(writer => WriteRecord(writer, parts));
            parts.Clear();
            progress?.Invoke(file.Lines);
        }
        file.Complete();
        return new ScoreResult(file.Lines, errors);
    }

    // a model that reads no text would give an error for every record of the file
    private void CheckIds(string folder)
    {
        var first = PreferenceFile.Stream(input, Unscored).SelectMany(read => read.Comparisons).FirstOrDefault();
        if (first is { Form: not ComparisonForm.TokenIds })
            throw new ConcordException(
                $"{folder} holds no tokenizer, and {first.Origin.File}, line {first.Origin.Line} holds text: put the "
                    + $"model's tokenizer.json or tokenizer.model there, or give token ids (prompt_ids, response_ids)."
            );
    }

    private IEnumerable<Part> Parts(int skip, ModelEncoding encoding)
    {
        var record = 0;
        foreach (var read in PreferenceFile.Stream(input, Unscored))
        {
            if (read.Line == 0 && read.Comparisons.Count == 0 && read.Problem is null)
                continue; // what only the end of a file tells
            if (record++ < skip)
                continue;
            var distinct = Distinct(read.Comparisons);
            if (read.Problem is { } problem)
                yield return new Part(record, null, problem.ToString(), true);
            else if (distinct.Count == 0)
                yield return new Part(
                    record,
                    null,
                    $"{input}, line {read.Line}: the record holds nothing to score.",
                    true
                );
            for (var i = 0; i < distinct.Count && read.Problem is null; i++)
                yield return Encode(encoding, record, distinct[i], i == distinct.Count - 1);
        }
    }

    private static Part Encode(ModelEncoding encoding, int record, Comparison comparison, bool last)
    {
        try
        {
            return encoding.Encode(comparison) is { } encoded
                ? new Part(record, encoded, null, last)
                : new Part(
                    record,
                    null,
                    $"{comparison.Origin.File}, line {comparison.Origin.Line}: longer than the maximum length, and "
                        + $"the model's policy drops such records.",
                    last
                );
        }
        catch (ConcordException error)
        {
            return new Part(record, null, error.Message, last);
        }
    }

    private static List<Comparison> Distinct(IReadOnlyList<Comparison> comparisons)
    {
        var distinct = new List<Comparison>();
        foreach (var comparison in comparisons)
        {
            var known = distinct.Exists(other =>
                other.PromptText == comparison.PromptText
                && other.Prompt.SequenceEqual(comparison.Prompt)
                && other.PromptTokenIds.SequenceEqual(comparison.PromptTokenIds)
                && other.Responses.Count == comparison.Responses.Count
                && other.Responses.Zip(comparison.Responses).All(pair => Same(pair.First, pair.Second))
            );
            if (!known)
                distinct.Add(comparison);
        }
        return distinct;

        static bool Same(Response a, Response b) =>
            a.Text == b.Text && a.Messages.SequenceEqual(b.Messages) && a.TokenIds.SequenceEqual(b.TokenIds);
    }

    private void WriteRecord(Utf8JsonWriter writer, List<(Part Part, double[]? Rewards)> parts)
    {
        writer.WriteStartObject();
        if (parts.Count == 1)
            WritePart(writer, parts[0].Part, parts[0].Rewards);
        else
        {
            writer.WriteStartArray("comparisons");
            foreach (var (part, rewards) in parts)
            {
                writer.WriteStartObject();
                WritePart(writer, part, rewards);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    private void WritePart(Utf8JsonWriter writer, Part part, double[]? rewards)
    {
        if (part.Comparison is not { } comparison || rewards is null)
        {
            writer.WriteString("error", part.Error);
            return;
        }
        if (Array.FindIndex(rewards, reward => !double.IsFinite(reward)) is >= 0 and var bad)
        {
            writer.WriteString(
                "error",
                $"the reward of response {bad + 1} is not finite; the model's weights may be damaged."
            );
            return;
        }
        writer.WriteStartArray("rewards");
        foreach (var reward in rewards)
            writer.WriteNumberValue(
                Normalize
                    ? (reward - model.Settings.RewardMean!.Value) / model.Settings.RewardStandardDeviation!.Value
                    : reward
            );
        writer.WriteEndArray();
        writer.WriteStartArray("tokens");
        for (var row = 0; row < rewards.Length; row++)
            writer.WriteNumberValue(comparison.RowLength(row));
        writer.WriteEndArray();
        writer.WriteBoolean("truncated", comparison.Truncated);
    }
}
