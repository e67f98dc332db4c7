using Concord.Foundation;

namespace Concord.Preferences.Simulation;

/// <summary>A group of annotators whose preferences are simulated: a source of comparisons.</summary>
public sealed record SimulatedSource
{
    /// <summary>The source's name.</summary>
    public required string Name { get; init; }

    /// <summary>Comparisons to train on, at least 1.</summary>
    [Setting("Comparisons to train on.", Least = 1, Most = 10_000_000)]
    public int Size { get; init; } = 1000;

    /// <summary>How far the group's taste goes its own way: its weights are those that all share plus this times its
    /// own direction, brought to length 1. From 0; at 1 both parts are equally strong.</summary>
    [Setting("How far its taste goes its own way; at 1 as strong as what all share.", Least = 0, Most = 1000)]
    public double Drift { get; init; }

    /// <summary>
    /// How noisy its labels are: its utilities are divided by this. Above 0; .25 is a careful expert, 2 close to
    /// tossing a coin.
    /// </summary>
    [Setting("How noisy its labels are: utilities are divided by it.", Least = .001, Most = 1000)]
    public double Noise { get; init; } = 1;
}
