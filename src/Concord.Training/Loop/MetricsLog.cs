using Concord.Calibration;
using Concord.Foundation;
using Concord.Records;

namespace Concord.Training.Loop;

/// <summary>
/// <c>metrics.jsonl</c>: a line per step and per evaluation, cut back to a checkpoint's step where a run goes on.
/// </summary>
internal sealed class MetricsLog : IDisposable
{
    private readonly Stream file;
    private readonly IReadOnlyList<string> sources;

    private MetricsLog(Stream file, IReadOnlyList<string> sources) => (this.file, this.sources) = (file, sources);

    /// <summary>Opens the log.</summary>
    /// <param name="path">The file; made where absent.</param>
    /// <param name="sources">The K source names.</param>
    /// <param name="step">Lines of later steps are dropped.</param>
    /// <param name="evaluatedStep">Evaluations of later steps are dropped.</param>
    public static MetricsLog Open(string path, IReadOnlyList<string> sources, int step, int evaluatedStep)
    {
        MetricsFile.CutBack(path, step, evaluatedStep);
        return new(Disk.Open(path, FileMode.Append), sources);
    }

    /// <summary>Writes a step.</summary>
    public void Write(StepReport report) =>
        Write(
            MetricsFile.Line(
                new MetricsStep
                {
                    Step = report.Step,
                    Epoch = report.Epoch,
                    Loss = MetricsFile.Finite(report.Loss),
                    Losses = BySource(report.Losses),
                    Weights = BySource(report.Weights),
                    Temperatures = BySource(report.Temperatures),
                    LearningRate = report.LearningRate,
                    HeadLearningRate = report.HeadLearningRate,
                    GradientNorm = MetricsFile.Finite(report.GradientNorm),
                    WeightSpread = MetricsFile.Finite(report.Spread),
                    Cosines = [.. report.Cosines.Chunk(Math.Max(1, sources.Count))],
                    Comparisons = report.Comparisons,
                    Tokens = report.Tokens,
                    Seconds = report.Seconds,
                    OptimizerSeconds = report.OptimizerSeconds,
                    TokensPerSecond = report.Tokens / Math.Max(report.Seconds, 1e-9),
                }
            )
        );

    /// <summary>Writes an evaluation.</summary>
    public void Write(int step, EvaluationReport report, bool best) =>
        Write(MetricsFile.Line(MetricsEvaluation.Of(step, report, best)));

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private Dictionary<string, double?> BySource(double[] values) =>
        sources
            .Zip(values)
            .ToDictionary(pair => pair.First, pair => MetricsFile.Finite(pair.Second), StringComparer.Ordinal);

    // one write a line: a reader never sees half of one
    private void Write(byte[] line)
    {
        file.Write(line);
        file.Flush();
    }
}
