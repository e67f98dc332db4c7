namespace Concord.Modeling.Operations;

/// <summary>LoRA on some output rows of a linear layer: W + scale * B A (Hu et al. 2021, eq. 3).</summary>
/// <param name="Down">A. // (r, in)</param>
/// <param name="Up">B. // (rows, r)</param>
/// <param name="Scale">alpha / r.</param>
/// <param name="FirstRow">First output row it applies to.</param>
internal sealed record LowRankAdapter(Parameter Down, Parameter Up, double Scale, int FirstRow)
{
    /// <summary>Number of output rows.</summary>
    public int Rows => (int)Up.Value.shape[0];
}
