using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Concord.Preferences;

namespace Concord.Tokenization.Rendering;

/// <summary>Rows of one comparison, cut to a maximum length.</summary>
internal static class Truncation
{
    /// <summary>What is known about the rows.</summary>
    /// <param name="PromptLength">Ids at the front that all rows share and that are the prompt's.</param>
    /// <param name="BosId">An id that stays at the front where all rows begin with it.</param>
    /// <param name="EosId">An id that stays at the end where a row ends with it.</param>
    public readonly record struct Layout(int PromptLength, int? BosId, int? EosId);

    /// <summary>The cut rows (each an own array where it changed).</summary>
    /// <param name="Rows">The rows.</param>
    /// <param name="ResponseCut">Whether a response alone was longer than the window and lost its end.</param>
    public sealed record Result(int[][] Rows, bool ResponseCut);

    /// <summary>Cuts by one of the policies that cut.</summary>
    [SuppressMessage("Performance", "CA1859", Justification = "rows come as a list from callers of both kinds")]
    public static Result Cut(IReadOnlyList<int[]> rows, int maximum, TruncationPolicy policy, Layout layout)
    {
        var kept = layout.BosId is { } bos && rows.All(row => row.Length > 0 && row[0] == bos) ? 1 : 0;
        switch (policy)
        {
            case TruncationPolicy.Left:
                return new Result(
                    [.. rows.Select(row => row.Length <= maximum ? row : WithoutLeft(row, kept, row.Length - maximum))],
                    false
                );
            case TruncationPolicy.Right:
                return new Result([.. rows.Select(row => WithoutRight(row, maximum, layout.EosId))], false);
            case TruncationPolicy.SharedLeft:
                // One window for the whole comparison: what the longest row needs is taken from the prompt of all.
                var longest = rows.Max(row => row.Length);
                var taken = Math.Clamp(longest - maximum, 0, Math.Max(0, layout.PromptLength - kept));
                var shorter = rows.Select(row => WithoutLeft(row, kept, taken)).ToArray();
                return new Result(
                    [.. shorter.Select(row => WithoutRight(row, maximum, layout.EosId))],
                    longest - taken > maximum
                );
            default:
                throw new ArgumentOutOfRangeException(nameof(policy));
        }
    }

    /// <summary>An error for the policy <see cref="TruncationPolicy.Error"/>.</summary>
    public static ConcordException TooLong(Comparison comparison, int length, int maximum) =>
        new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{comparison.Origin.File}, line {comparison.Origin.Line}: a row has {length} tokens, more than the "
                    + $"maximum length {maximum}. Raise it, or choose the truncation shared-left, left, right or drop."
            )
        );

    private static int[] WithoutLeft(int[] row, int kept, int count) =>
        count == 0 ? row : [.. row[..kept], .. row[(kept + count)..]];

    private static int[] WithoutRight(int[] row, int maximum, int? eosId)
    {
        if (row.Length <= maximum)
            return row;
        var cut = row[..maximum];
        if (eosId is { } eos && row[^1] == eos)
            cut[^1] = eos;
        return cut;
    }
}
