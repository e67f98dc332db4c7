using Concord.Modeling;
using TorchSharp;

namespace Concord.Tests.Modeling;

/// <summary>
/// Parameters of a model made from scratch: weights normal with mean 0, norms one, biases zero. The same seed gives the
/// same bits.
/// </summary>
internal sealed class SeededParameterSource(ulong seed, double standardDeviation = 0.02) : IParameterSource, IDisposable
{
    private readonly torch.Generator generator = new(seed);

    /// <inheritdoc/>
    public Parameter Make(ParameterSpec spec)
    {
        using var scope = torch.NewDisposeScope();
        var value = spec.Start switch
        {
            ParameterStart.Ones => torch.ones(spec.Shape),
            ParameterStart.Zeros => torch.zeros(spec.Shape),
            _ => torch.randn(spec.Shape, generator: generator) * standardDeviation,
        };
        return new Parameter(spec.Name, value, spec.Layout);
    }

    /// <inheritdoc/>
    public void Dispose() => generator.Dispose();
}
