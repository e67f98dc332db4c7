using TorchSharp;

namespace Concord.Modeling.Files;

/// <summary>The names of the types weights are stored in.</summary>
internal static class WeightTypes
{
    /// <summary>
    /// The type of a name as in <c>config.json</c> or on the command line (<c>bfloat16</c>, <c>bf16</c>), or null.
    /// </summary>
    public static torch.ScalarType? Parse(string name) =>
        name switch
        {
            "float32" or "fp32" or "torch.float32" => torch.ScalarType.Float32,
            "float16" or "fp16" or "torch.float16" => torch.ScalarType.Float16,
            "bfloat16" or "bf16" or "torch.bfloat16" => torch.ScalarType.BFloat16,
            "float64" or "fp64" or "torch.float64" => torch.ScalarType.Float64,
            _ => null,
        };

    /// <summary>The name <c>config.json</c> has for a type of weights.</summary>
    public static string Name(torch.ScalarType type) =>
        type switch
        {
            torch.ScalarType.Float32 => "float32",
            torch.ScalarType.Float16 => "float16",
            torch.ScalarType.BFloat16 => "bfloat16",
            torch.ScalarType.Float64 => "float64",
            _ => throw new ArgumentOutOfRangeException(
                nameof(type),
                type,
                "Weights are stored as float32, float16, bfloat16 or float64."
            ),
        };
}
