using System.Text.RegularExpressions;

namespace Concord.Preferences.Simulation;

/// <summary>
/// Something of a response that annotators care about and that is really visible in its text: a count that a regular
/// expression recovers exactly.
/// </summary>
public sealed partial class ResponseAttribute
{
    private readonly Func<string, int> count;

    private ResponseAttribute(
        string name,
        double mean,
        double deviation,
        double sharedWeight,
        Func<string, int> count
    ) => (Name, Mean, Deviation, SharedWeight, this.count) = (name, mean, deviation, sharedWeight, count);

    /// <summary>All attributes, in the order of every vector of weights.</summary>
    public static IReadOnlyList<ResponseAttribute> All { get; } =
    [
        new("numbers", 1.5, 1.118, .6, text => NumberPattern().Count(text)),
        new("list items", 1, .816, .4, text => ListItemPattern().Count(text)),
        new("politeness", 1.5, 1.118, .4, text => CountWords(text, SimulatedVocabulary.Polite)),
        new("words", 24.75, 7.5, .3, text => WordPattern().Count(text)),
        new("exclamations", 1, .816, -.2, text => text.AsSpan().Count('!')),
        new("emphasis", 1.5, 1.118, -.2, text => CountWords(text, SimulatedVocabulary.Emphasis)),
        new("hedges", 1.5, 1.118, -.4, text => CountWords(text, SimulatedVocabulary.Hedges)),
    ];

    /// <summary>What is counted.</summary>
    public string Name { get; }

    /// <summary>The count that has the value 0: about its mean over generated responses.</summary>
    public double Mean { get; }

    /// <summary>
    /// The distance from the mean that has the value 1: about the standard deviation over generated responses.
    /// </summary>
    public double Deviation { get; }

    /// <summary>What every annotator thinks of it, before all weights are brought to length 1.</summary>
    public double SharedWeight { get; }

    /// <summary>How often it occurs in a response.</summary>
    public int Count(string response) => count(response);

    /// <summary>The values of all attributes of a response: (count - mean) / deviation.</summary>
    public static double[] Measure(string response) =>
        [.. All.Select(attribute => (attribute.Count(response) - attribute.Mean) / attribute.Deviation)];

    private static int CountWords(string text, string[] words)
    {
        var total = 0;
        foreach (var match in WordPattern().EnumerateMatches(text))
            if (Array.IndexOf(words, text.Substring(match.Index, match.Length)) >= 0)
                total++;
        return total;
    }

    [GeneratedRegex("[a-z]+")]
    private static partial Regex WordPattern();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex NumberPattern();

    [GeneratedRegex("^- ", RegexOptions.Multiline)]
    private static partial Regex ListItemPattern();
}
