using Concord.Foundation;

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
    [Setting("Comparisons of each group to evaluate on.", Least = 0, Most = 1_000_000)]
    public int HeldOut { get; init; } = 500;

    /// <summary>Decides directions, texts and labels.</summary>
    [Setting("Decides tastes, texts and labels.", Least = 0)]
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
        SettingRule.Check(this, "simulation.");
        foreach (var source in Sources)
        {
            if (source.Name.Length == 0 || source.Name.IndexOfAny(['/', '\\', '\0']) >= 0 || source.Name is "." or "..")
                throw new ConcordException(
                    $"'{source.Name}' cannot name a simulated source: it must be a name that a file can have."
                );
            SettingRule.Check(source, $"simulation.sources.{source.Name}.");
        }
    }
}
