namespace Concord.Preferences.Simulation;

/// <summary>A group of annotators whose preferences are simulated: a source of comparisons.</summary>
public sealed record SimulatedSource
{
    /// <summary>The source's name.</summary>
    public required string Name { get; init; }

    /// <summary>Comparisons to train on, at least 1.</summary>
    public int Size { get; init; } = 1000;

    /// <summary>How far the group's taste goes its own way: its weights are those that all share plus this times its
    /// own direction, brought to length 1. From 0; at 1 both parts are equally strong.</summary>
    public double Drift { get; init; }

    /// <summary>
    /// How noisy its labels are: its utilities are divided by this. Above 0; .25 is a careful expert, 2 close to
    /// tossing a coin.
    /// </summary>
    public double Noise { get; init; } = 1;
}
