using System.Text.Json;
using Concord.Calibration;
using Concord.Foundation;

namespace Concord.Training.Loop;

/// <summary>
/// <c>metrics.jsonl</c>: a line per step and per evaluation, cut back to a checkpoint's step where a run goes on.
/// </summary>
internal sealed class MetricsLog : IDisposable
{
    private readonly FileStream _file;
    private readonly IReadOnlyList<string> _sources;

    private MetricsLog(FileStream file, IReadOnlyList<string> sources) => (_file, _sources) = (file, sources);

    /// <summary>Opens the log.</summary>
    /// <param name="path">The file; made where absent.</param>
    /// <param name="sources">The K source names.</param>
    /// <param name="step">Lines of later steps are dropped.</param>
    /// <param name="evaluatedStep">Evaluations of later steps are dropped.</param>
    public static MetricsLog Open(string path, IReadOnlyList<string> sources, int step, int evaluatedStep)
    {
        if (File.Exists(path))
            AtomicFile.WriteLines(path, File.ReadLines(path).Where(line => Keeps(line, step, evaluatedStep)).ToArray());
        return new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read), sources);
    }

    /// <summary>Writes a step.</summary>
    public void Write(StepReport report) =>
        Line(json =>
        {
            json.WriteNumber("step", report.Step);
            json.WriteNumber("epoch", report.Epoch);
            Number(json, "loss", report.Loss);
            BySource(json, "losses", report.Losses);
            BySource(json, "weights", report.Weights);
            BySource(json, "temperatures", report.Temperatures);
            json.WriteNumber("learning_rate", report.LearningRate);
            json.WriteNumber("head_learning_rate", report.HeadLearningRate);
            Number(json, "gradient_norm", report.GradientNorm);
            Number(json, "weight_spread", report.Spread);
            json.WriteStartArray("cosines");
            for (var i = 0; i < _sources.Count; i++)
            {
                json.WriteStartArray();
                for (var j = 0; j < _sources.Count; j++)
                    json.WriteNumberValue(report.Cosines[i * _sources.Count + j]);
                json.WriteEndArray();
            }
            json.WriteEndArray();
            json.WriteNumber("comparisons", report.Comparisons);
            json.WriteNumber("tokens", report.Tokens);
            json.WriteNumber("seconds", report.Seconds);
            json.WriteNumber("optimizer_seconds", report.OptimizerSeconds);
            json.WriteNumber("tokens_per_second", report.Tokens / Math.Max(report.Seconds, 1e-9));
        });

    /// <summary>Writes an evaluation.</summary>
    public void Write(int step, EvaluationReport report, bool best) =>
        Line(json =>
        {
            json.WriteNumber("step", step);
            json.WriteBoolean("best", best);
            json.WriteStartObject("evaluation");
            foreach (var source in report.Sources)
            {
                json.WriteStartObject(source.Name);
                Summary(json, source);
                if (report.WithTemperatures?.Sources.Find(source.Name) is { } tempered)
                {
                    json.WriteStartObject("with_temperature");
                    Summary(json, tempered);
                    json.WriteEndObject();
                }
                json.WriteEndObject();
            }
            json.WriteEndObject();
        });

    private static void Summary(Utf8JsonWriter json, SourceMetrics metrics)
    {
        json.WriteNumber("pairs", metrics.Pairs);
        Number(json, "accuracy", metrics.Accuracy);
        Number(json, "nll", metrics.Nll);
        Number(json, "brier", metrics.Brier);
        Number(json, "ece", metrics.Ece);
    }

    private static bool Keeps(string line, int step, int evaluatedStep)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var of = document.RootElement.GetProperty("step").GetInt32();
            return of <= (document.RootElement.TryGetProperty("evaluation", out _) ? evaluatedStep : step);
        }
        catch (Exception error)
            when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return false; // the last line of a killed run may be half written
        }
    }

    private void BySource(Utf8JsonWriter json, string name, double[] values)
    {
        json.WriteStartObject(name);
        for (var i = 0; i < _sources.Count; i++)
            Number(json, _sources[i], values[i]);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    private void Line(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        // one write a line: a reader never sees half of one
        _file.Write(buffer.GetBuffer(), 0, (int)buffer.Length);
        _file.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
