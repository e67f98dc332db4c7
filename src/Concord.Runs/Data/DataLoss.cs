using System.Globalization;
using Concord.Preferences.Readers;

namespace Concord.Runs.Data;

/// <summary>
/// How much of the data may be lost before training stops: records that could not be read, and comparisons that
/// rendering or tokenizer refuse.
/// </summary>
/// <param name="Strict">Whether a single one is too many.</param>
/// <param name="Limit">The share of a source that may be lost, from 0 to 1; above 0 a single record may be
/// always.</param>
internal sealed record DataLoss(bool Strict, double Limit)
{
    /// <summary>Looks at what could not be read.</summary>
    /// <exception cref="ConcordException">Too much; the message names the first record.</exception>
    public void Check(DataAccount account) => Check(account, [], new Dictionary<string, int>());

    /// <summary>Looks at what could not be read, and at what was refused since.</summary>
    /// <param name="account">Of the data as they were read.</param>
    /// <param name="refused">The comparisons that were refused.</param>
    /// <param name="encoded">How many of each source were not.</param>
    /// <exception cref="ConcordException">Too much; the message names the first record.</exception>
    public void Check(
        DataAccount account,
        IReadOnlyList<RefusedComparison> refused,
        IReadOnlyDictionary<string, int> encoded
    )
    {
        if (Strict && account.Problems.Concat(refused.Select(one => one.Problem)).FirstOrDefault() is { } any)
            throw new ConcordException(
                $"{Count(account.Problems.Count + refused.Count)} records cannot be used, and `strict` allows none. "
                    + $"The first: {any} Mend or remove them, or leave `strict` out."
            );
        for (var i = 0; i < account.Sources.Count; i++)
        {
            var name = account.Sources[i];
            RefusedComparison[] own = [.. refused.Where(one => one.Source == name)];
            var (kept, unread) = (encoded.GetValueOrDefault(name), account.Unread[i].Share);
            var lost = unread + (1 - unread) * own.Length / Math.Max(1, own.Length + kept);
            if (lost <= Limit || (own.Length + account.Unread[i].Count < 1.5 && Limit > 0))
                continue; // one bad record costs only itself, however few there are
            var first = own.Length > 0 ? own[0].Problem : account.Unread[i].First;
            throw new ConcordException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Of the source '{name}' {100 * lost:0.##} % of the records cannot be used, more than "
                        + $"data_loss_limit allows ({100 * Limit:0.##} %); for instance {first} `concord data` with "
                        + $"the model as --tokenizer lists them all: mend or remove them, or raise data_loss_limit."
                )
            );
        }
    }

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A comparison that rendering, its template or its tokenizer refuses.</summary>
/// <param name="Source">Its source.</param>
/// <param name="Problem">File, line and reason.</param>
internal sealed record RefusedComparison(string Source, ReadProblem Problem);
