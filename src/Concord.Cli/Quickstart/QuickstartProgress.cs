using System.Globalization;
using Concord.Cli.Terminals;
using Concord.Training.Loop;

namespace Concord.Cli.Quickstart;

/// <summary>The progress of all the quickstart's models together.</summary>
internal sealed class QuickstartProgress(Progress progress) : ITrainingObserver
{
    private long before;

    /// <summary>What is being trained.</summary>
    public string Model { get; set; } = "";

    /// <inheritdoc />
    public void Started(int step, int steps, bool resumed) => progress.Report(before + step, Model);

    /// <inheritdoc />
    public void Stepped(StepReport report) =>
        progress.Report(
            before + report.Step,
            string.Create(CultureInfo.InvariantCulture, $"{Model}, loss {report.Loss:0.000}")
        );

    /// <summary>A model is done.</summary>
    public void Finished(int steps)
    {
        before += steps;
        progress.Report(before);
    }
}
