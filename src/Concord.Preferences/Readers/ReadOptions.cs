namespace Concord.Preferences.Readers;

/// <summary>How a file is read.</summary>
public sealed record ReadOptions
{
    /// <summary>The format; recognised from the content where null.</summary>
    /// <value>Default: null.</value>
    public PreferenceFormat? Format { get; init; }

    /// <summary>
    /// The source of every comparison; where null, the domain or objective a format carries, else the file's name
    /// without extension.
    /// </summary>
    /// <value>Default: null.</value>
    public string? Source { get; init; }

    /// <summary>
    /// Whether records of the format <c>responses</c> may lack scores and hold a single response (what is to be scored,
    /// not learned from); their scores are then all 0.
    /// </summary>
    /// <value>Default: false.</value>
    public bool AllowUnscored { get; init; }
}
