using System.Globalization;
using Concord.Calibration;
using Concord.Cli.Terminals;

namespace Concord.Cli.Commands;

/// <summary>The rewards that any reward model wrote to files.</summary>
internal sealed class ScoresFilePredictions(IReadOnlyList<string> files) : IPredictionSource
{
    private const int Listed = 50; // more would bury what they have in common

    /// <inheritdoc />
    public IReadOnlyList<Prediction> Read(Terminal terminal, CancellationToken cancellation)
    {
        var predictions = new List<Prediction>();
        var bad = new List<ScoresFileError>();
        foreach (var file in files)
        {
            cancellation.ThrowIfCancellationRequested();
            var content = ScoresFile.Read(file);
            if (content.Predictions.Count + content.Errors.Count + content.Failed.Count == 0)
                throw new ConcordException(
                    $"{file} holds no record; lines {{\"source\", \"rewards\": [..], \"scores\": [..]}} were expected."
                );
            predictions.AddRange(content.Predictions);
            if (content.Failed.Count > 0)
                terminal.Error.WriteLine(
                    $"{file}: {Text(content.Failed.Count)} records hold an error instead of rewards and are left out; "
                        + $"the first: {content.Failed[0]}"
                );
            bad.AddRange(content.Errors);
        }
        if (bad.Count == 0)
            return predictions;
        // one sentence for what many have in common
        var kinds = bad.GroupBy(error => (error.File, error.Problem)).ToArray();
        foreach (var alike in kinds.SkipLast(1).Take(Listed))
            terminal.Error.WriteLine(Sentence([.. alike]));
        if (kinds.Length > Listed + 1)
            terminal.Error.WriteLine($"{Text(kinds.Length - Listed - 1)} more problems like these.");
        throw new ConcordException(
            $"{Sentence([.. kinds[^1]])} {Text(bad.Count)} of {Text(predictions.Count + bad.Count)} records cannot be "
                + $"used, so nothing was evaluated: mend or remove them."
        );
    }

    private static string Sentence(IReadOnlyList<ScoresFileError> alike) =>
        alike.Count == 1 ? alike[0].ToString() : $"{alike[0]} So {Text(alike.Count - 1)} more of this file.";

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
}
