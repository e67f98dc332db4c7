using Concord.Modeling.Files;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Modeling;

/// <summary>Comparison of tensors with expected ones.</summary>
internal static class GoldenTensors
{
    public static SafetensorsFile Open(params string[] path) => SafetensorsFile.Open(Shared.Path(path));

    public static void Close(torch.Tensor expected, torch.Tensor actual, double tolerance, string what)
    {
        using var scope = torch.NewDisposeScope();
        Assert.Equal(expected.shape, actual.shape);
        var difference = (expected.to_type(torch.ScalarType.Float64) - actual.to_type(torch.ScalarType.Float64))
            .abs()
            .max()
            .ToDouble();
        Assert.True(difference <= tolerance, $"{what}: largest difference {difference:g3}, allowed {tolerance:g3}");
    }

    /// <summary>|difference| at most 1e-4 of the tensor's largest gradient, plus 1e-6.</summary>
    public static void CloseGradient(torch.Tensor expected, torch.Tensor actual, string what) =>
        Close(expected, actual, 1e-4 * expected.abs().max().ToDouble() + 1e-6, what);
}
