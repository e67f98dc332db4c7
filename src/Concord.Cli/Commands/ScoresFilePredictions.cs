using System.Globalization;
using Concord.Calibration;
using Concord.Cli.Terminals;

namespace Concord.Cli.Commands;

/// <summary>The rewards that any reward model wrote to files.</summary>
internal sealed class ScoresFilePredictions(IReadOnlyList<string> files) : IPredictionSource
{
    // More would bury what they have in common; the rest is counted.
    private const int ListedPerFile = 50;

    /// <inheritdoc />
    public IReadOnlyList<Prediction> Read(Terminal terminal, CancellationToken cancellation)
    {
        var predictions = new List<Prediction>();
        var bad = 0;
        foreach (var file in files)
        {
            cancellation.ThrowIfCancellationRequested();
            var content = ScoresFile.Read(file);
            if (content.Predictions.Count + content.Errors.Count == 0)
                throw new ConcordException(
                    $"{file} holds no record; lines {{\"source\", \"rewards\": [..], \"scores\": [..]}} were expected."
                );
            predictions.AddRange(content.Predictions);
            foreach (var error in content.Errors.Take(ListedPerFile))
                terminal.Error.WriteLine(error.ToString());
            if (content.Errors.Count > ListedPerFile)
                terminal.Error.WriteLine($"{file}: {Text(content.Errors.Count - ListedPerFile)} more like these.");
            bad += content.Errors.Count;
        }
        return bad == 0
            ? predictions
            : throw new ConcordException(
                $"{Text(bad)} of {Text(predictions.Count + bad)} records cannot be used, so nothing was evaluated: "
                    + $"mend or remove them."
            );
    }

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
}
