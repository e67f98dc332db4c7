using Concord.Preferences;
using Concord.Preferences.Readers;
using Concord.Tokenization.Comparisons;

namespace Concord.Runs.Scoring;

/// <summary>
/// One distinct set of responses of a record (a record judged by several has one set, a tree several), or what is wrong
/// with the record.
/// </summary>
/// <param name="Read">The record.</param>
/// <param name="Judged">The comparisons of these responses, one for each who judged; empty where the record could not
/// be read.</param>
/// <param name="Encoded">As the model reads them; null where there is an error.</param>
/// <param name="Error">What is wrong.</param>
/// <param name="IsLast">Whether the next part is of another record.</param>
internal sealed record ScorePart(
    ReadRecord Read,
    IReadOnlyList<Comparison> Judged,
    TokenizedComparison? Encoded,
    string? Error,
    bool IsLast
);
