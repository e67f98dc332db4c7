using TorchSharp;

namespace Concord.Modeling.Rewards;

/// <summary>How a folder is opened as a reward model.</summary>
public sealed record RewardModelOptions
{
    /// <summary>
    /// Which position a reward is read from; null for what the folder's <c>concord.json</c> says, or
    /// <see cref="Pooling.Last"/>.
    /// </summary>
    public Pooling? Pooling { get; init; }

    /// <summary>
    /// How messages become text, by name (<c>hh</c>, <c>chat</c>, <c>auto</c>); null for what the folder says
    /// (<see cref="Tokenization.Rendering.RenderingChoice"/>).
    /// </summary>
    public string? Rendering { get; init; }

    /// <summary>
    /// What becomes of whole texts that are dialogues, by name (<c>keep</c>, <c>parse</c>); null for what the folder
    /// says, else <c>keep</c>.
    /// </summary>
    public string? Dialogues { get; init; }

    /// <summary>Where the weights are held and computing is done: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>.</summary>
    public torch.Device Device { get; init; } = ConcordRuntime.Cpu;

    /// <summary>
    /// The type the matrices of the backbone are held in; null for that of the files where it is one of 16 bits, else
    /// fp32. Products widen them, which loses nothing: rewards are the same as with fp32.
    /// </summary>
    /// <value>Default fp32: the fastest, and what training and merging change without rounding.</value>
    public torch.ScalarType? WeightType { get; init; } = torch.ScalarType.Float32;

    /// <summary>
    /// Any number where a folder without a head is given a fresh one, for training; null where a missing head is an
    /// error (scoring, evaluation). A fresh head is zero, whatever the number: every probability begins at 1/2, and no
    /// training has to unlearn a random direction first.
    /// </summary>
    /// <remarks>The field draws heads with standard deviation 1 / sqrt(H + 1) (Stiennon et al. 2020). Hidden states of
    /// a real model differ by some twenty units in norm: such rewards differ by about 1 before training, and one epoch
    /// of the head alone ended worse than a coin where it was measured (docs/results/head-start.md).</remarks>
    public ulong? HeadSeed { get; init; }

    /// <summary>
    /// Whether the products of linear layers take bf16 factors with fp32 sums; residual stream, norms, softmax, head,
    /// rewards and weights stay fp32. On the CPU it needs AVX512_BF16.
    /// </summary>
    public bool Bf16Products { get; init; }
}
