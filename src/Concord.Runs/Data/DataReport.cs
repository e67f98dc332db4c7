using Concord.Preferences.Readers;
using Concord.Preferences.Statistics;
using Concord.Tokenization.Rendering;

namespace Concord.Runs.Data;

/// <summary>What preference files hold.</summary>
/// <param name="Files">What each file gave.</param>
/// <param name="Statistics">Source by source.</param>
/// <param name="Unit">What lengths are counted in: <c>tokens</c> or <c>characters</c>.</param>
/// <param name="MaximumLength">The longest row a model would be given, or null.</param>
public sealed record DataReport(
    IReadOnlyList<ReadResult> Files,
    DataStatistics Statistics,
    string Unit,
    int? MaximumLength
)
{
    /// <summary>Measures what was read from files.</summary>
    /// <param name="files">What each file gave.</param>
    /// <param name="encoder">Makes the tokens that lengths are counted in; null for characters.</param>
    /// <param name="maximumLength">The longest row a model would be given, to count what each truncation policy would
    /// cut; null to count nothing.</param>
    /// <param name="progress">Told how many comparisons have been measured; may be null.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ConcordException">The first comparison, in order, that cannot be encoded.</exception>
    public static DataReport Of(
        IReadOnlyList<ReadResult> files,
        ComparisonEncoder? encoder,
        int? maximumLength = null,
        Action<int>? progress = null,
        CancellationToken cancellation = default
    ) =>
        new(
            files,
            DataStatistics.Of(
                [.. files.SelectMany(file => file.Comparisons)],
                encoder is null ? CharacterRows.Of : encoder.EncodeRows,
                maximumLength,
                progress,
                cancellation
            ),
            encoder is null ? "characters" : "tokens",
            maximumLength
        );
}
