namespace Concord.Modeling.Folders;

/// <summary>What an adapter's folder says of the adapter.</summary>
/// <param name="BaseFolder">Where its base model was found.</param>
/// <param name="BaseModel">The base model as the adapter names it.</param>
/// <param name="Rank">Rank r, where a module has none of its own.</param>
/// <param name="Alpha">alpha, where a module has none of its own.</param>
/// <param name="RankStabilised">Whether updates are scaled by alpha / sqrt(r).</param>
/// <param name="Tensors">Number of tensors of the adapter, the head's not among them.</param>
/// <param name="Parameters">Number of weights in them.</param>
/// <param name="Modules">Short names of the modules it is on.</param>
public sealed record AdapterInformation(
    string BaseFolder,
    string BaseModel,
    int Rank,
    double Alpha,
    bool RankStabilised,
    int Tensors,
    long Parameters,
    IReadOnlyList<string> Modules
);
