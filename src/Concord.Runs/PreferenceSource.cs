using Concord.Foundation;
using Concord.Preferences.Readers;

namespace Concord;

/// <summary>Files of one or more sources, and how much of each is used.</summary>
public sealed record PreferenceSource
{
    /// <summary>
    /// The source of every comparison; null for the domain or objective that a record carries, else the file's name
    /// without extension.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>Paths.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>The format, one of <see cref="PreferenceFormat.All"/> or of one's own; null to recognise it.</summary>
    public PreferenceFormat? Format { get; init; }

    /// <summary>Most comparisons of each source that are not held out, at least 1; null for all.</summary>
    [Setting("Most comparisons trained on, chosen by the split's seed; empty: all.", Least = 1)]
    public int? Limit { get; init; }

    /// <summary>How many times the usual number of comparisons a source has in a balanced batch, above 0.</summary>
    /// <value>Default 1.</value>
    [Setting("How many times the usual number of comparisons it has in a balanced batch.", Above = 0)]
    public double Share { get; init; } = 1;
}
