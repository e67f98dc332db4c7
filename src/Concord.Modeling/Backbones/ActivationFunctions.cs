using Concord.Modeling.Operations;

namespace Concord.Modeling.Backbones;

/// <summary>What operations call the activation a config asks for.</summary>
internal static class ActivationFunctions
{
    /// <summary>The function of an activation.</summary>
    public static ActivationFunction Of(BackboneActivation activation) =>
        activation switch
        {
            BackboneActivation.Silu => ActivationFunction.Silu,
            BackboneActivation.Gelu => ActivationFunction.Gelu,
            BackboneActivation.GeluTanh => ActivationFunction.GeluTanh,
            _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "No operation computes it."),
        };
}
