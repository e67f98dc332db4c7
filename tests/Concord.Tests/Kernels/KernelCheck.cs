using Concord.Kernels;
using Concord.Kernels.Lanes;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Concord.Tests.Kernels;

/// <summary>
/// What the tests of the kernels share: seeded tensors, comparison relative to the size of the expected values, and
/// runs in every register width. One collection: the width is a static setting.
/// </summary>
[Collection("kernels")]
public abstract class KernelCheck : IDisposable
{
    // before the first tensor, which a test makes before it calls a kernel
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Generator generator = new(7);

    private protected static int[] Widths =>
        System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated ? [512, 256, 128] : [256, 128];

    public void Dispose()
    {
        generator.Dispose();
        scope.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Tensor Random(params long[] shape) => randn(shape, generator: generator);

    /// <summary>The memory of a contiguous fp32 tensor: all dimensions but the last are rows.</summary>
    private protected static unsafe MatrixView View(Tensor tensor)
    {
        Assert.True(tensor.dtype == ScalarType.Float32 && tensor.is_contiguous());
        var columns = tensor.dim() == 0 ? 1 : (int)tensor.size(-1);
        fixed (byte* start = tensor.bytes)
            return new MatrixView((float*)start, columns == 0 ? 0 : (int)(tensor.numel() / columns), columns);
    }

    private protected static unsafe float* Pointer(Tensor tensor) => View(tensor).Data;

    /// <summary>Runs a kernel in every width of registers.</summary>
    private protected static void InEveryWidth(Action run)
    {
        var before = LaneWidth.Bits;
        try
        {
            foreach (var width in Widths)
            {
                LaneWidth.Bits = width;
                run();
            }
        }
        finally
        {
            LaneWidth.Bits = before;
        }
    }

    /// <summary>
    /// Every value within <paramref name="tolerance"/> of the expected one, relative to the largest expected value.
    /// </summary>
    private protected static void Close(Tensor expected, Tensor actual, double tolerance = 1e-5)
    {
        Assert.Equal(expected.shape, actual.shape);
        if (expected.numel() == 0)
            return;
        Assert.True(actual.isfinite().all().ToBoolean(), "a value is not finite");
        var scale = Math.Max(expected.abs().max().ToDouble(), 1e-3);
        var error = (expected - actual).abs().max().ToDouble();
        Assert.True(error <= tolerance * scale, $"largest difference {error:E2}, expected values up to {scale:E2}");
    }

    /// <summary>The same bits.</summary>
    private protected static void Same(Tensor expected, Tensor actual) =>
        Assert.True(expected.bytes.SequenceEqual(actual.bytes), "two runs differ");
}
