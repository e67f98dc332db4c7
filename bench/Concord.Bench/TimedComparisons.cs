using Concord.Modeling.Rewards;
using Concord.Preferences;
using Concord.Preferences.Readers;
using Concord.Tokenization.Comparisons;

namespace Concord.Bench;

/// <summary>Comparisons to time: of a file, or of random ids in any shape.</summary>
internal static class TimedComparisons
{
    /// <summary>
    /// The first comparisons of a file that have two responses of which one is better, as the model reads them, in an
    /// order of their own.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="file">The file.</param>
    /// <param name="count">How many.</param>
    /// <param name="tokens">Longest row.</param>
    public static TokenizedComparison[] Read(RewardModel model, string file, int count, int tokens)
    {
        var encoding = new ModelEncoding(model, tokens);
        var pairs = PreferenceFile
            .Read(file)
            .Comparisons.Where(comparison => comparison.Responses.Count == 2 && comparison.StrictPairs == 1)
            .ToArray();
        new Random(1).Shuffle(pairs);
        TokenizedComparison[] read = [.. pairs.Select(encoding.Encode).OfType<TokenizedComparison>().Take(count)];
        if (read.Length == count)
            return read;
        throw new ConcordException(
            $"{file} has {read.Length} comparisons of two responses, but {count} are to be timed: take another file "
                + $"or smaller numbers."
        );
    }

    /// <summary>Random ids.</summary>
    /// <param name="count">Comparisons.</param>
    /// <param name="prompt">Tokens of each prompt.</param>
    /// <param name="response">Tokens of each response.</param>
    /// <param name="responses">Responses of each comparison, no two of which are equally good.</param>
    /// <param name="vocabulary">Ids are below it.</param>
    public static TokenizedComparison[] Random(int count, int prompt, int response, int responses, int vocabulary)
    {
        var random = new Random(1);
        int[] Ids(int length) => [.. Enumerable.Range(0, length).Select(_ => random.Next(vocabulary))];
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(index =>
                {
                    double[] scores = [.. Enumerable.Range(0, responses).Select(row => (double)row)];
                    int[] prefix = Ids(prompt);
                    int[][] suffixes = [.. scores.Select(_ => Ids(response))];
                    var comparison = new Comparison
                    {
                        Source = "random",
                        Form = ComparisonForm.TokenIds,
                        Responses = [.. suffixes.Select(suffix => Response.FromTokenIds(suffix))],
                        Scores = scores,
                        PromptId = $"{index}",
                        Origin = new RecordOrigin("random", index + 1),
                    };
                    return new TokenizedComparison
                    {
                        Prefix = prefix,
                        Suffixes = suffixes,
                        Scores = scores,
                        Comparison = comparison,
                    };
                }),
        ];
    }
}
