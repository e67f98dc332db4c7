using Concord.Modeling.Operations;
using Concord.Modeling.Packing;

namespace Concord.Modeling.Backbones;

/// <summary>A decoder without a head: token ids in, hidden states out.</summary>
internal interface IBackbone : IDisposable
{
    /// <summary>The shape.</summary>
    BackboneConfig Config { get; }

    /// <summary>All weights, from the embedding upwards.</summary>
    IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The token embeddings, the first of <see cref="Parameters"/>. // (V, H)</summary>
    Parameter Embedding { get; }

    /// <summary>The weights of one layer.</summary>
    IReadOnlyList<Parameter> LayerParameters(int layer);

    /// <summary>
    /// The linear layers of a layer by the names a low-rank adapter is declared with (<c>q_proj</c>,
    /// <c>query_key_value</c>, ...).
    /// </summary>
    IReadOnlyList<AdapterTarget> AdapterTargets(int layer);

    /// <summary>The token embeddings. // ids (T) -> (T, H)</summary>
    Variable Embed(IOperations operations, TokenBatch batch);

    /// <summary>One layer over all tokens. // (T, H) -> (T, H)</summary>
    Variable Layer(IOperations operations, Variable x, int layer, TokenBatch batch);

    /// <summary>
    /// The last layer at the output positions only: keys and values of all tokens, queries and what follows of N. //
    /// (T, H) -> (N, H)
    /// </summary>
    Variable OutputLayer(IOperations operations, Variable x, TokenBatch batch);

    /// <summary>The norm above the last layer.</summary>
    NormLayer FinalNorm { get; }
}
