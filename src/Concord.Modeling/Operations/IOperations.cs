using Concord.Modeling.Kernels;
using Concord.Modeling.Packing;
using TorchSharp;

namespace Concord.Modeling.Operations;

/// <summary>
/// The operations a backbone is written in. Each family's file reads as a sequence of them; how they are computed, and
/// differentiated, is decided here once.
/// </summary>
/// <remarks>
/// T tokens, H hidden size. Parameters collect their gradients in <see cref="Parameter.Gradient"/>. Where an operation
/// takes a residual, the residual is not to be used afterwards: without <see cref="Recording"/> it is overwritten.
/// </remarks>
internal interface IOperations : IDisposable
{
    /// <summary>
    /// Whether what is computed can be differentiated afterwards. Off for scoring and below the lowest trained layer.
    /// </summary>
    bool Recording { get; set; }

    /// <summary>Whether what is computed for a comparison has the same bits whatever else is in its batch.</summary>
    bool IsBatchInvariant { get; }

    /// <summary>
    /// What the products of linear layers multiply: bf16 factors keep 8 bits, and rewards that many fewer.
    /// </summary>
    ProductPrecision Precision { get; }

    /// <summary>Rows of an embedding table. // (V, H) -> (T, H)</summary>
    Variable Embed(Parameter table, PackedBatch batch);

    /// <summary>A value computed elsewhere (cached hidden states), as the start of what follows. // (T, H)</summary>
    Variable Input(torch.Tensor value);

    /// <summary>A linear layer of normalised inputs. // (T, H) -> (T, count)</summary>
    Variable NormLinear(Variable x, NormLayer norm, LinearRows linear);

    /// <summary>The query and key heads of a query-key-value buffer, normalised. // (T, width) -> (T, width)</summary>
    /// <param name="x">The buffer.</param>
    /// <param name="norms">Weights of queries and keys.</param>
    /// <param name="heads">Leading query heads; 0 for a buffer of keys and values.</param>
    /// <param name="keyHeads">Key heads after them; 0 for a buffer of queries.</param>
    /// <param name="headSize">d.</param>
    Variable NormHeads(Variable x, HeadNorms norms, int heads, int keyHeads, int headSize);

    /// <summary>
    /// Rotary embedding and causal attention of each comparison: a response sees its prompt and itself. // (T, queries
    /// | keys | values) -> (T, heads * d)
    /// </summary>
    Variable Attention(Variable queriesKeysValues, AttentionShape shape, PackedBatch batch);

    /// <summary>
    /// The same for the queries of the reward positions only. // (R, heads * d), (T, keys | values) -> (R, heads * d)
    /// </summary>
    Variable RewardAttention(Variable queries, Variable keysValues, AttentionShape shape, PackedBatch batch);

    /// <summary>residual + x Wᵀ + b. // (T, in) -> (T, H)</summary>
    Variable LinearResidual(Variable x, LinearRows linear, Variable residual);

    /// <summary>residual + (silu(gate) * up) Wᵀ + b (SwiGLU, Shazeer 2020). // (T, gate | up) -> (T, H)</summary>
    Variable GatedLinearResidual(Variable gateUp, LinearRows linear, Variable residual);

    /// <summary>residual + activation(x) Wᵀ + b with an exact or tanh GELU. // (T, in) -> (T, H)</summary>
    Variable GeluLinearResidual(Variable x, bool tanh, LinearRows linear, Variable residual);

    /// <summary>The rows of the reward positions. // (T, H) -> (R, H)</summary>
    Variable RewardRows(Variable x, PackedBatch batch);

    /// <summary>A normalisation on its own. // (T, H) -> (T, H)</summary>
    Variable Norm(Variable x, NormLayer norm);

    /// <summary>
    /// A layer of which only the input is kept: what lies between is computed once more when its turn comes on the way
    /// back (activation checkpointing, Chen et al. 2016). // (T, H) -> (T, H)
    /// </summary>
    /// <param name="x">The layer's input. Not to be used afterwards.</param>
    /// <param name="layer">The operations of the layer; called again by <see cref="Backward"/>, and to give the same
    /// values then.</param>
    Variable Recomputed(Variable x, Func<Variable, Variable> layer);

    /// <summary>Adds the gradients of everything recorded, given that of the output, and forgets the record.</summary>
    void Backward(Variable output, torch.Tensor gradient);

    /// <summary>
    /// Forgets what was recorded and takes back the memory of all activations. Called after each batch, whether or not
    /// it was differentiated.
    /// </summary>
    void Reset();
}
