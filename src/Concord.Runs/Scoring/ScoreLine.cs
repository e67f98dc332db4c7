using System.Text.Json;
using Concord.Calibration;
using Concord.Modeling.Rewards;
using Concord.Preferences;

namespace Concord.Runs.Scoring;

/// <summary>
/// The line of a record: rewards, and what evaluation needs beside them, in the form of a scores file; then the
/// record's own keys. Those that bear a name of Concord's with another value lie under <c>input</c>.
/// </summary>
/// <param name="model">Whose rewards they are.</param>
/// <param name="input">The file that is scored.</param>
/// <param name="normalize">Whether rewards are less their mean on the training sources, divided by their standard
/// deviation.</param>
internal sealed class ScoreLine(RewardModel model, string input, bool normalize)
{
    private readonly Dictionary<string, double> temperatures = model
        .Settings.Sources.Where(source => source.Temperature is not null)
        .ToDictionary(source => source.Name, source => source.Temperature!.Value, StringComparer.Ordinal);

    private readonly double mean = normalize ? model.Settings.RewardMean!.Value : 0,
        deviation = normalize ? model.Settings.RewardStandardDeviation!.Value : 1;

    /// <summary>Whether an object is such a line.</summary>
    public static bool IsOne(JsonElement line) =>
        ((string[])["version", "file", "line"]).All(key => line.TryGetProperty(key, out _))
        && (
            ((string[])["rewards", "tokens", "truncated"]).All(key => line.TryGetProperty(key, out _))
            || line.TryGetProperty("error", out _)
            || line.TryGetProperty("comparisons", out _)
        );

    /// <summary>Why a part has no rewards that can be written; null where it has.</summary>
    public static string? Failure(ScorePart part, double[]? rewards)
    {
        if (part.Error is not null || rewards is null)
            return part.Error;
        var origin = part.Judged[0].Origin;
        return Array.FindIndex(rewards, reward => !double.IsFinite(reward)) is >= 0 and var bad
            ? $"{origin.File}, line {origin.Line}: the reward of response {bad + 1} is not finite; the model's weights "
                + $"may be damaged."
            : null;
    }

    /// <summary>Writes the line of the parts of one record.</summary>
    public void Write(Utf8JsonWriter json, IReadOnlyList<(ScorePart Part, double[]? Rewards)> parts)
    {
        var read = parts[0].Part.Read;
        using var record = OwnKeys.Parse(read.Json);
        var own = new OwnKeys(record?.RootElement);
        json.WriteStartObject();
        json.WriteNumber("version", ScoresFile.CurrentVersion);
        json.WriteString("file", input);
        json.WriteNumber("line", read.Line);
        if (parts.Count == 1)
            WritePart(json, own, parts[0].Part, parts[0].Rewards);
        else
        {
            json.WriteStartArray("comparisons");
            foreach (var (part, rewards) in parts)
            {
                json.WriteStartObject();
                WritePart(json, own, part, rewards);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        own.Write(json);
        json.WriteEndObject();
    }

    private void WritePart(Utf8JsonWriter json, OwnKeys own, ScorePart part, double[]? rewards)
    {
        if (Failure(part, rewards) is { } failure)
        {
            json.WriteString("error", failure);
            return;
        }
        var (first, encoded) = (part.Judged[0], part.Encoded!);
        json.WriteString("prompt_id", first.PromptId);
        WriteNumbers(json, "rewards", rewards!.Select(reward => (reward - mean) / deviation));
        if (part.Judged.Count == 1)
            WriteJudgement(json, own, first, part.Read.IsUnscored);
        else
        {
            json.WriteStartArray("judgements");
            foreach (var one in part.Judged)
            {
                json.WriteStartObject();
                WriteJudgement(json, null, one, part.Read.IsUnscored);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        if (encoded.ResponseLengths is { } lengths)
            WriteNumbers(json, "lengths", lengths.Select(length => (double)length));
        WriteNumbers(
            json,
            "tokens",
            Enumerable.Range(0, rewards!.Length).Select(row => (double)encoded.RowLength(row))
        );
        json.WriteBoolean("truncated", encoded.Truncated);
    }

    // whose judgement it is, and what it was; what has none is only scored
    private void WriteJudgement(Utf8JsonWriter json, OwnKeys? own, Comparison comparison, bool isUnscored)
    {
        json.WriteString("source", comparison.Source);
        own?.Kept("source", comparison.Source);
        if (!isUnscored)
        {
            WriteNumbers(json, "scores", comparison.Scores);
            own?.Kept("scores", comparison.Scores);
        }
        if (comparison.Annotator is { } annotator)
        {
            json.WriteString("annotator", annotator);
            own?.Kept("annotator", annotator);
        }
        // sigmoid(τ (r_w - r_l)) stays what it was when rewards are divided
        if (temperatures.TryGetValue(comparison.Source, out var temperature))
            json.WriteNumber("temperature", temperature * deviation);
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<double> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
