using Concord.Modeling.Operations;
using Concord.Modeling.Packing;
using TorchSharp;

namespace Concord.Modeling.Language;

/// <summary>
/// The projection of hidden states to scores of the vocabulary: a matrix of its own, or the token embeddings (tied), to
/// whose gradient it then adds.
/// </summary>
/// <param name="weight">The matrix. // (V, H)</param>
/// <param name="isTied">Whether it is the backbone's embedding.</param>
/// <param name="operations">What it computes with.</param>
internal sealed class LanguageHead(Parameter weight, bool isTied, IOperations operations)
{
    private readonly LinearLayer projection = new(weight);

    /// <summary>The matrix. // (V, H)</summary>
    public Parameter Weight => weight;

    /// <summary>Whether it is the backbone's embedding.</summary>
    public bool IsTied => isTied;

    /// <summary>Log-probabilities of tokens. // (N, H) -> (M)</summary>
    public TokenLogProbabilities LogProbabilities(torch.Tensor hidden, TokenTargets targets) =>
        operations.LogProbabilities(hidden, projection, targets);

    /// <summary>
    /// Adds to the matrix' gradient where it is trained; gives that of the hidden states. // (M), (N, H) -> (N, H)
    /// </summary>
    public torch.Tensor Backward(
        torch.Tensor hidden,
        TokenTargets targets,
        TokenLogProbabilities result,
        IReadOnlyList<double> gradients
    ) => operations.LogProbabilitiesBackward(hidden, projection, targets, result, gradients);
}
