using Concord.Preferences;
using Concord.Tokenization.Comparisons;

namespace Concord.Tests.Modeling;

/// <summary>Comparisons of token ids for tests.</summary>
internal static class Batches
{
    public static TokenizedComparison Of(string source, double[] scores, params int[][] rows)
    {
        var (prefix, suffixes) = TokenizedComparison.Share(rows);
        return new TokenizedComparison
        {
            Prefix = prefix,
            Suffixes = suffixes,
            Scores = scores,
            Comparison = Record(source, rows.Length, scores),
        };
    }

    /// <summary>The same rows with nothing shared.</summary>
    public static TokenizedComparison Unshared(TokenizedComparison shared) =>
        shared with
        {
            Prefix = [],
            Suffixes = [.. shared.Suffixes.Select(suffix => (int[])[.. shared.Prefix, .. suffix])],
        };

    private static Comparison Record(string source, int rows, double[] scores) =>
        new()
        {
            Source = source,
            Form = ComparisonForm.TokenIds,
            Responses = [.. Enumerable.Repeat(Response.FromText(""), rows)],
            Scores = scores,
            PromptId = "p",
            Origin = new RecordOrigin("test", 1),
        };
}
