using Concord.Kernels;
using TorchSharp;

namespace Concord.Modeling.Operations;

/// <summary>Which operations serve a device.</summary>
internal static class OperationsFactory
{
    /// <summary>
    /// Fused kernels on the CPU, the tensor library's own elsewhere. Every model that is loaded begins here, so that a
    /// missing libtorch is one sentence, said before anything is read.
    /// </summary>
    /// <param name="device">The device.</param>
    /// <param name="bf16">Whether products take bf16 factors, with fp32 sums.</param>
    /// <exception cref="ConcordException">libtorch cannot be loaded, or bf16 is asked for and the processor has no
    /// instructions for it.</exception>
    public static IOperations For(torch.Device device, bool bf16 = false)
    {
        ConcordRuntime.RequireLibtorch();
        var precision = bf16 ? ProductPrecision.Bf16 : ProductPrecision.Single;
        if (device.type != DeviceType.CPU)
            return new AutogradOperations(precision);
        if (bf16 && !MatrixProduct.HasBf16)
            throw new ConcordException(
                "precision bf16: this processor has no bf16 instructions (AVX512_BF16). Take fp32; a run begun in "
                    + "bf16 goes on only where they are."
            );
        return new FusedOperations(precision);
    }
}
