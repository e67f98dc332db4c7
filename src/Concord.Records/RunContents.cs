using Concord.Calibration;

namespace Concord.Records;

/// <summary>
/// The folder of a run and what stands in it, each read when it is asked for. Reading needs no libtorch; while a run
/// goes on there are metrics and checkpoints only.
/// </summary>
/// <param name="folder">The run's folder.</param>
public sealed class RunContents(string folder)
{
    /// <summary>The run's folder.</summary>
    public string Folder => folder;

    /// <summary><c>config.yaml</c>: the settings, as a recipe.</summary>
    public string ConfigFile => Path.Combine(folder, "config.yaml");

    /// <summary><c>metrics.jsonl</c>: a line for every step.</summary>
    public string MetricsFile => Path.Combine(folder, Records.MetricsFile.FileName);

    /// <summary><c>evaluation.json</c>: what the model of the best step is worth on the held-out comparisons.</summary>
    public string EvaluationFile => Path.Combine(folder, "evaluation.json");

    /// <summary><c>scores.jsonl</c>: what that model says of each held-out comparison.</summary>
    public string ScoresFile => Path.Combine(folder, "scores.jsonl");

    /// <summary><c>model</c>: the model of the best step, as a folder.</summary>
    public string ModelFolder => Path.Combine(folder, "model");

    /// <summary><c>checkpoints</c>: what an interrupted run goes on from.</summary>
    public string CheckpointsFolder => Path.Combine(folder, "checkpoints");

    /// <summary><c>unread.jsonl</c>: records that could not be read, where there were any.</summary>
    public string UnreadFile => Path.Combine(folder, "unread.jsonl");

    /// <summary><c>initial</c>: the model that the run began from, where it was made from a shape.</summary>
    public string InitialFolder => Path.Combine(folder, "initial");

    /// <summary><c>precision</c>: what <c>auto</c> chose.</summary>
    public string PrecisionFile => Path.Combine(folder, "precision");

    /// <summary>
    /// Whatever a run writes or replaces, but for <see cref="ConfigFile"/>, by which it says that the folder is its
    /// own.
    /// </summary>
    public IReadOnlyList<string> Written =>
        [
            ModelFolder,
            CheckpointsFolder,
            InitialFolder,
            MetricsFile,
            EvaluationFile,
            ScoresFile,
            Path.Combine(folder, RunRecord.FileName),
            UnreadFile,
            PrecisionFile,
        ];

    /// <summary>
    /// The model folder that a name stands for where one is asked for: a run's folder stands for its
    /// <see cref="ModelFolder"/>, everything else for itself.
    /// </summary>
    /// <param name="folder">What was named.</param>
    /// <exception cref="ConcordException">It is a run's folder, and the run has no model yet.</exception>
    public static string ModelOf(string folder)
    {
        var contents = new RunContents(folder);
        if (!File.Exists(contents.ConfigFile) || File.Exists(Path.Combine(folder, "config.json")))
            return folder;
        return Directory.Exists(contents.ModelFolder)
            ? contents.ModelFolder
            : throw new ConcordException(
                $"{folder} is the folder of a run that has saved no model yet: {contents.ModelFolder} is not there. Go "
                    + $"on with the run (the same `concord train` again), or name another model."
            );
    }

    /// <summary>Opens the folder of a run, ended or not.</summary>
    /// <exception cref="ConcordException">It is no folder of a run.</exception>
    public static RunContents Open(string folder)
    {
        var contents = new RunContents(folder);
        return File.Exists(contents.ConfigFile)
            ? contents
            : throw new ConcordException(
                $"{folder} is not the folder of a run: {contents.ConfigFile} is not there. Name what `concord train` "
                    + $"wrote to."
            );
    }

    /// <summary>How the run ended; null where it has not.</summary>
    /// <exception cref="ConcordException">The record is damaged or of a newer version.</exception>
    public RunRecord? Ended() => RunRecord.Read(folder);

    /// <summary>The steps and evaluations so far.</summary>
    /// <exception cref="ConcordException">The file cannot be read, or a line is damaged or of a newer
    /// version.</exception>
    public MetricsFile Metrics() => Records.MetricsFile.Read(MetricsFile);

    /// <summary>The evaluation on the held-out comparisons.</summary>
    /// <exception cref="ConcordException">There is none yet, or it is damaged or of a newer version.</exception>
    public EvaluationReport Evaluation() => Calibration.EvaluationFile.Read(EvaluationFile);

    /// <summary>What the model says of each held-out comparison.</summary>
    /// <exception cref="ConcordException">There is nothing yet, or a record is damaged.</exception>
    public IReadOnlyList<Prediction> Predictions() => Calibration.ScoresFile.Read(ScoresFile).Whole();
}
