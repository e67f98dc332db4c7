using Concord.Preferences.Readers;
using Concord.Preferences.Statistics;

namespace Concord.Cli.Commands;

/// <summary>What <c>concord data</c> found.</summary>
/// <param name="Files">What each file gave.</param>
/// <param name="Statistics">Source by source.</param>
/// <param name="Unit">What lengths are counted in: <c>tokens</c> or <c>characters</c>.</param>
/// <param name="MaximumLength">The longest row a model would be given, or null.</param>
internal sealed record DataReport(
    IReadOnlyList<ReadResult> Files,
    DataStatistics Statistics,
    string Unit,
    int? MaximumLength
);
