using Concord.Calibration;
using Concord.Cli.Terminals;

namespace Concord.Cli.Commands;

/// <summary>Where <c>concord evaluate</c> takes predictions from: files of scores, or a model run over data.</summary>
internal interface IPredictionSource
{
    /// <summary>All predictions, each with its source.</summary>
    /// <param name="terminal">For progress and what a person should know, on standard error.</param>
    /// <param name="cancellation">Cancelled by Ctrl-C.</param>
    /// <exception cref="ConcordException">A record cannot be used.</exception>
    IReadOnlyList<Prediction> Read(Terminal terminal, CancellationToken cancellation);
}
