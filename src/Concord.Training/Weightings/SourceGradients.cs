using Concord.Training.Solvers;

namespace Concord.Training.Weightings;

/// <summary>
/// What a weighting sees of a batch: which of the K sources are in it, their losses, the gradients of these losses by
/// the reward head, and the inner products of the gradients in the space it asked for.
/// </summary>
public sealed class SourceGradients
{
    private readonly bool[] present;
    private readonly double[] losses,
        head;
    private readonly Lazy<GramMatrix> headGram,
        gram;

    /// <summary>What is known before the forward pass: which sources are present.</summary>
    /// <param name="present">Which sources have a strict pair in the batch, (K).</param>
    public SourceGradients(bool[] present)
        : this(present, [], []) { }

    /// <summary>What is known after it.</summary>
    /// <param name="present">Which sources have a strict pair in the batch, (K).</param>
    /// <param name="losses">L_i, (K); of absent sources 0.</param>
    /// <param name="head">The gradients by the reward head, (K, H) row by row; of absent sources 0.</param>
    /// <param name="gram">The inner products in the space that was asked for, where it is not the head's.</param>
    public SourceGradients(bool[] present, double[] losses, double[] head, Func<GramMatrix>? gram = null)
    {
        ArgumentNullException.ThrowIfNull(present);
        ArgumentNullException.ThrowIfNull(losses);
        ArgumentNullException.ThrowIfNull(head);
        this.present = present;
        this.losses = losses;
        this.head = head;
        headGram = new(() => GramMatrix.Of(this.head, Count));
        this.gram = gram is null ? headGram : new(gram);
    }

    /// <summary>K.</summary>
    public int Count => present.Length;

    /// <summary>Which sources have a strict pair in the batch, (K).</summary>
    public ReadOnlySpan<bool> Present => present;

    /// <summary>L_i, (K): 0 for absent sources; empty under <see cref="GradientSpace.None"/>.</summary>
    public ReadOnlySpan<double> Losses => losses;

    /// <summary>
    /// The gradients of the losses by the reward head, (K, H) row by row: 0 for absent sources; empty under
    /// <see cref="GradientSpace.None"/>.
    /// </summary>
    public ReadOnlySpan<double> Head => head;

    /// <summary>⟨g_i, g_j⟩ of the gradients by the reward head, (K, K); computed when first asked for.</summary>
    public GramMatrix HeadGram => headGram.Value;

    /// <summary>
    /// ⟨g_i, g_j⟩ of the gradients in the space that the weighting asked for, (K, K); computed when first asked for.
    /// </summary>
    public GramMatrix Gram => gram.Value;
}
