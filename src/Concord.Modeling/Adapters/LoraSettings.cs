using Concord.Foundation;

namespace Concord.Modeling.Adapters;

/// <summary>Low-rank adaptation (LoRA, Hu et al. 2021): W + alpha / r * B A on chosen linear layers.</summary>
public sealed record LoraSettings
{
    /// <summary>r, the rank; 1 or more.</summary>
    [Setting("Rank r.", Least = 1, Most = 4096)]
    public int Rank { get; init; } = 16;

    /// <summary>
    /// alpha; the update is scaled by alpha / r (alpha / sqrt(r) where <see cref="RankStabilised"/>).
    /// </summary>
    [Setting("Updates are scaled by alpha / r.", Above = 0)]
    public double Alpha { get; init; } = 32;

    /// <summary>Whether the scale is alpha / sqrt(r) (rsLoRA, Kalajdzievski 2023).</summary>
    public bool RankStabilised { get; init; }

    /// <summary>
    /// Short names of the layers that get one (<c>q_proj</c>, <c>query_key_value</c>, ...); empty for all linear layers
    /// of the backbone.
    /// </summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary>Seed of A's initialisation; B begins at zero.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>What B A is multiplied by.</summary>
    public double Scale => RankStabilised ? Alpha / Math.Sqrt(Rank) : Alpha / Rank;
}
