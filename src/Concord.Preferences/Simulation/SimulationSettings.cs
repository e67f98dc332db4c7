namespace Concord.Preferences.Simulation;

/// <summary>All that a simulated population is made of; equal settings give equal comparisons.</summary>
public sealed record SimulationSettings
{
    /// <summary>
    /// The default sources. They differ in noise, size and conflict, since among equal ones MORE's weights stay at 1/K.
    /// </summary>
    public static IReadOnlyList<SimulatedSource> DefaultSources { get; } =
    [
        new()
        {
            Name = "editors",
            Size = 1500,
            Drift = .2,
            Noise = .25,
        },
        new()
        {
            Name = "customers",
            Size = 2500,
            Drift = .6,
            Noise = .6,
        },
        new()
        {
            Name = "crowd",
            Size = 4000,
            Drift = 1,
            Noise = 2,
        },
        new()
        {
            Name = "critics",
            Size = 1000,
            Drift = 3,
            Noise = .4,
        },
    ];

    /// <summary>The groups; their number is K.</summary>
    public IReadOnlyList<SimulatedSource> Sources { get; init; } = DefaultSources;

    /// <summary>
    /// Comparisons of each source to evaluate on, beside those to train on; their prompts are never trained on.
    /// </summary>
    public int HeldOut { get; init; } = 500;

    /// <summary>Decides directions, texts and labels.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Checks ranges.</summary>
    /// <exception cref="ConcordException">A setting is out of its range.</exception>
    public void Check()
    {
        if (Sources.Count == 0)
            throw new ConcordException("A simulated population needs at least one source.");
        var twice = Sources
            .GroupBy(source => source.Name, StringComparer.Ordinal)
            .FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
            throw new ConcordException($"Two simulated sources have the name '{twice.Key}': give each its own.");
        if (HeldOut < 0)
            throw new ConcordException($"held_out is {HeldOut} for the simulated population; it must be at least 0.");
        foreach (var source in Sources)
        {
            if (source.Name.Length == 0 || source.Name.IndexOfAny(['/', '\\', '\0']) >= 0 || source.Name is "." or "..")
                throw new ConcordException(
                    $"'{source.Name}' cannot name a simulated source: it must be a name that a file can have."
                );
            if (source.Size < 1)
                throw new ConcordException(
                    $"Simulated source '{source.Name}' has size {source.Size}; it must be at least 1."
                );
            if (!(source.Drift is >= 0 and <= 1000))
                throw new ConcordException(
                    $"Simulated source '{source.Name}' has drift {source.Drift}; it must lie between 0 and 1000."
                );
            if (!(source.Noise is >= .001 and <= 1000))
                throw new ConcordException(
                    $"Simulated source '{source.Name}' has noise {source.Noise}; it must lie between .001 and 1000."
                );
        }
    }
}
