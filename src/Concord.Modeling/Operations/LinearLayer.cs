namespace Concord.Modeling.Operations;

/// <summary>y = x Wᵀ + b, with low-rank adapters where there are any.</summary>
internal sealed class LinearLayer(Parameter weight, Parameter? bias = null)
{
    /// <summary>W. // (out, in)</summary>
    public Parameter Weight { get; } = weight;

    /// <summary>b. // (out), or null</summary>
    public Parameter? Bias { get; } = bias;

    /// <summary>Adapters on ranges of output rows, in order.</summary>
    public List<LowRankAdapter> Adapters { get; } = [];

    /// <summary>Number of outputs.</summary>
    public int Outputs => (int)Weight.Shape[0];

    /// <summary>Number of inputs.</summary>
    public int Inputs => (int)Weight.Shape[1];

    /// <summary>The whole layer.</summary>
    public LinearRows All => new(this, 0, Outputs);

    /// <summary>Some output rows of the layer.</summary>
    public LinearRows Rows(int first, int count) => new(this, first, count);

    /// <summary>Whether any of its parameters is trained.</summary>
    public bool Trainable =>
        Weight.Trainable
        || Bias is { Trainable: true }
        || Adapters.Exists(adapter => adapter.Up.Trainable || adapter.Down.Trainable);
}
