namespace Concord.Bench.HeldOut;

/// <summary>How much is simulated to see whether reported numbers are right on average.</summary>
internal sealed record HeldOutSettings
{
    /// <summary>Populations, of which each has a model for every size of the sides.</summary>
    public int Populations { get; init; } = 12;

    /// <summary>Comparisons of a source on the validation side, about, and on each held-out side.</summary>
    public IReadOnlyList<int> Sizes { get; init; } = [50, 150];

    /// <summary>Fresh held-out sides on which each model is evaluated.</summary>
    public int Draws { get; init; } = 50;

    /// <summary>Comparisons of a source that stand for the truth.</summary>
    public int Truth { get; init; } = 20_000;

    /// <summary>Optimizer steps of each model; it chooses among sixteen of them.</summary>
    public int Steps { get; init; } = 160;

    /// <summary>The seed of the first population.</summary>
    public int Seed { get; init; } = 1;
}
