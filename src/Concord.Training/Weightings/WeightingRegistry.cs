namespace Concord.Training.Weightings;

/// <summary>The weightings by name: a scheme of one's own is one file and one line here.</summary>
public static class WeightingRegistry
{
    private static readonly Dictionary<string, Func<WeightingSettings, IReadOnlyList<string>, IWeighting>> Schemes =
        new(StringComparer.Ordinal)
        {
            ["equal"] = (_, _) => new EqualWeighting(),
            ["multitask"] = (_, _) => new EqualWeighting(),
            ["static"] = (settings, sources) => new StaticWeighting(WeightsOf(settings, sources)),
            ["more"] = (settings, _) => new MoreWeighting(settings.Normalization, settings.Solver),
        };

    /// <summary>All names.</summary>
    public static IReadOnlyCollection<string> Names => Schemes.Keys;

    /// <summary>The weighting that settings name.</summary>
    /// <param name="settings">Name and parameters.</param>
    /// <param name="sources">The K source names, in the order of all matrices.</param>
    /// <exception cref="ConcordException">The name is unknown, or a static weight is missing or names no
    /// source.</exception>
    public static IWeighting Create(WeightingSettings settings, IReadOnlyList<string> sources)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        return Schemes[settings.Scheme](settings, sources);
    }

    private static double[] WeightsOf(WeightingSettings settings, IReadOnlyList<string> sources)
    {
        foreach (var name in settings.Weights.Keys)
            if (!sources.Contains(name))
                throw new ConcordException(
                    $"A static weight is given for the source `{name}`, which the data does not have; they have "
                        + $"{string.Join(", ", sources)}."
                );
        return
        [
            .. sources.Select(name =>
                settings.Weights.TryGetValue(name, out var weight)
                    ? weight
                    : throw new ConcordException($"The source `{name}` has no static weight: give one to each source.")
            ),
        ];
    }
}
