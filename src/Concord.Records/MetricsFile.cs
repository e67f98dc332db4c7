using System.Text;
using System.Text.Json;
using Concord.Foundation;

namespace Concord.Records;

/// <summary>
/// <c>metrics.jsonl</c> of a run's folder: a line a step and a line an evaluation, in the order in which they happened.
/// </summary>
/// <param name="Steps">The steps.</param>
/// <param name="Evaluations">The evaluations.</param>
public sealed record MetricsFile(IReadOnlyList<MetricsStep> Steps, IReadOnlyList<MetricsEvaluation> Evaluations)
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "metrics.jsonl";

    /// <summary>The version that is written, and the newest that is read.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Reads a file; an unfinished last line, which a killed run may leave, is left out.</summary>
    /// <exception cref="ConcordException">It cannot be read, or a line is damaged or of a newer version; the message
    /// names file, line and key.</exception>
    public static MetricsFile Read(string path)
    {
        var (steps, evaluations) = (new List<MetricsStep>(), new List<MetricsEvaluation>());
        var lines = Lines(path);
        for (var i = 0; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]))
                continue;
            var json = Encoding.UTF8.GetBytes(lines[i]);
            if (JsonRecords.Has(json, "evaluation"u8))
                evaluations.Add(
                    JsonRecords.ReadLine(json, RecordsJson.Default.MetricsEvaluation, CurrentVersion, path, i + 1)
                );
            else
                steps.Add(JsonRecords.ReadLine(json, RecordsJson.Default.MetricsStep, CurrentVersion, path, i + 1));
        }
        return new MetricsFile(steps, evaluations);
    }

    /// <summary>The line of a step, with its line feed.</summary>
    public static byte[] Line(MetricsStep step) => JsonRecords.Line(step, RecordsJson.Default.MetricsStep);

    /// <summary>The line of an evaluation, with its line feed.</summary>
    public static byte[] Line(MetricsEvaluation evaluation) =>
        JsonRecords.Line(evaluation, RecordsJson.Default.MetricsEvaluation);

    /// <summary>
    /// Cuts a file back to where a run goes on from: lines of later steps, and what cannot be read, are dropped; a file
    /// that is not there stays so.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="step">The last step that stays.</param>
    /// <param name="evaluatedStep">The last step whose evaluation stays.</param>
    /// <exception cref="ConcordException">It cannot be read or written.</exception>
    public static void CutBack(string path, int step, int evaluatedStep)
    {
        if (!File.Exists(path))
            return;
        AtomicFile.WriteLines(path, Lines(path).Where(line => Keeps(line, step, evaluatedStep)));
    }

    /// <summary>A number as the file has it: null where it is not finite.</summary>
    public static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private static bool Keeps(string line, int step, int evaluatedStep)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.GetProperty("step").GetInt32()
                <= (document.RootElement.TryGetProperty("evaluation", out _) ? evaluatedStep : step);
        }
        catch (Exception error)
            when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    // without what follows the last line feed
    private static string[] Lines(string path) => InputFile.ReadText(path, "a file of metrics").Split('\n')[..^1];
}
