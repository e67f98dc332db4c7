namespace Concord.Kernels;

/// <summary>Parts that share keys which no other group's parts see.</summary>
/// <param name="Keys">The rows of keys and values whose gradients the group sets. Every run of a part lies in one of
/// them.</param>
/// <param name="Parts">The parts; the queries of each follow those of the one before it.</param>
public sealed record AttentionGroup(KeyRun[] Keys, AttentionPart[] Parts)
{
    /// <summary>Number of queries.</summary>
    public int Queries { get; } = Parts.Sum(part => part.Queries);

    /// <summary>What the group costs.</summary>
    public long Cost { get; } = Parts.Sum(part => part.Cost);
}
