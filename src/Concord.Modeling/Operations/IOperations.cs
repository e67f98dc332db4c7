using Concord.Kernels;
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

    /// <summary>Whether what is computed for a text has the same bits whatever else is in its batch.</summary>
    bool IsBatchInvariant { get; }

    /// <summary>
    /// What the products of linear layers multiply: bf16 factors keep 8 bits, and rewards that many fewer.
    /// </summary>
    ProductPrecision Precision { get; }

    /// <summary>Rows of an embedding table. // (V, H) -> (T, H)</summary>
    Variable Embed(Parameter table, IndexList ids);

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
    /// Rotary embedding of the leading heads of a buffer; the rest stays. What comes out can be kept: keys do not
    /// change when texts go on. // (T, width) -> (T, width)
    /// </summary>
    /// <param name="x">The buffer. Not to be used afterwards.</param>
    /// <param name="heads">How many heads turn: queries, keys, or queries and the keys after them.</param>
    /// <param name="shape">Size of a head, and angles.</param>
    /// <param name="positions">Position of each row. // (T)</param>
    Variable Rotary(Variable x, int heads, AttentionShape shape, IndexList positions);

    /// <summary>
    /// Causal attention. Keys and values lie where the pattern's runs say: beside the queries, in a buffer of their
    /// own, or in one that was kept. // (N, queries), (rows, keys | values) -> (N, heads * d)
    /// </summary>
    /// <param name="queries">Rotated queries. Their buffer is not to be used afterwards.</param>
    /// <param name="keysValues">Rotated keys, then values. Their buffer is not to be used afterwards.</param>
    /// <param name="shape">Heads and their size.</param>
    /// <param name="pattern">Which queries see which keys.</param>
    Variable Attention(Columns queries, Columns keysValues, AttentionShape shape, AttentionPattern pattern);

    /// <summary>residual + x Wᵀ + b. // (T, in) -> (T, H)</summary>
    Variable LinearResidual(Variable x, LinearRows linear, Variable residual);

    /// <summary>
    /// residual + (activation(gate) * up) Wᵀ + b (SwiGLU, GEGLU, Shazeer 2020). // (T, gate | up) -> (T, H)
    /// </summary>
    Variable GatedLinearResidual(Variable gateUp, ActivationFunction activation, LinearRows linear, Variable residual);

    /// <summary>residual + activation(x) Wᵀ + b. // (T, in) -> (T, H)</summary>
    Variable ActivatedLinearResidual(Variable x, ActivationFunction activation, LinearRows linear, Variable residual);

    /// <summary>Rows of a matrix; one may be taken several times. // (T, H) -> (N, H)</summary>
    Variable Rows(Variable x, IndexList rows);

    /// <summary>A normalisation on its own. // (T, H) -> (T, H)</summary>
    Variable Norm(Variable x, NormLayer norm);

    /// <summary>
    /// A layer of which only the input is kept: what lies between is computed once more when its turn comes in the
    /// backward pass (activation checkpointing, Chen et al. 2016). // (T, H) -> (T, H)
    /// </summary>
    /// <param name="x">The layer's input. Not to be used afterwards.</param>
    /// <param name="layer">The operations of the layer; called again by <see cref="Backward"/>, and to give the same
    /// values then.</param>
    Variable Recomputed(Variable x, Func<Variable, Variable> layer);

    /// <summary>
    /// log softmax(hidden Wᵀ + b) at the targets, in double precision from the scores on; scores of all rows over the
    /// whole vocabulary are never held. Stands above what is recorded: its backward pass is called first. // (N, H) ->
    /// (M)
    /// </summary>
    /// <param name="hidden">Hidden states. // (N, H), fp32</param>
    /// <param name="projection">W and b. // (V, H), (V)</param>
    /// <param name="targets">Which tokens of which rows.</param>
    TokenLogProbabilities LogProbabilities(torch.Tensor hidden, LinearLayer projection, TokenTargets targets);

    /// <summary>
    /// Adds to the gradients of the projection where it is trained; gives that of the hidden states. // (M) -> (N, H)
    /// </summary>
    /// <param name="hidden">As in <see cref="LogProbabilities"/>.</param>
    /// <param name="projection">As in <see cref="LogProbabilities"/>.</param>
    /// <param name="targets">As in <see cref="LogProbabilities"/>.</param>
    /// <param name="result">What <see cref="LogProbabilities"/> gave.</param>
    /// <param name="gradients">The derivative of the loss by each value. // (M)</param>
    torch.Tensor LogProbabilitiesBackward(
        torch.Tensor hidden,
        LinearLayer projection,
        TokenTargets targets,
        TokenLogProbabilities result,
        IReadOnlyList<double> gradients
    );

    /// <summary>Adds the gradients of everything recorded, given that of the output, and forgets the record.</summary>
    void Backward(Variable output, torch.Tensor gradient);

    /// <summary>
    /// Forgets what was recorded and takes back the memory of all activations. Called after each batch, whether or not
    /// it was differentiated.
    /// </summary>
    void Reset();
}
