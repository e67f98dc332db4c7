using Concord.Foundation;
using Concord.Kernels;
using static TorchSharp.torch;

namespace Concord.Modeling;

/// <summary>Tensors as the kernels see them: raw memory and its shape.</summary>
public static unsafe class TensorViews
{
    private const long HashedElements = 1 << 24; // a span counts its bytes in 32 bits

    extension(MatrixView)
    {
        /// <summary>
        /// A tensor's own memory as a matrix: all dimensions but the last are rows. The tensor must outlive the view.
        /// </summary>
        /// <exception cref="ArgumentException">The tensor is not a contiguous fp32 tensor in main memory.</exception>
        public static MatrixView Of(Tensor tensor)
        {
            ArgumentNullException.ThrowIfNull(tensor);
            if (
                tensor.dtype != ScalarType.Float32
                || tensor.device_type != TorchSharp.DeviceType.CPU
                || !tensor.is_contiguous()
            )
                throw new ArgumentException(
                    $"A kernel takes contiguous fp32 tensors on the CPU, not {tensor.dtype} on {tensor.device_type}.",
                    nameof(tensor)
                );
            var columns = tensor.dim() == 0 ? 1 : (int)tensor.size(-1);
            var rows = columns == 0 ? 0 : (int)(tensor.numel() / columns);
            return new MatrixView((float*)Address(tensor), rows, columns);
        }
    }

    /// <summary>
    /// Asks for large pages behind a tensor in main memory (<see cref="LargePages"/>); called before it is first
    /// written.
    /// </summary>
    /// <returns>The tensor.</returns>
    public static Tensor InLargePages(this Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var bytes = tensor.numel() * tensor.element_size();
        if (tensor.device_type != TorchSharp.DeviceType.CPU || !LargePages.Serve(bytes))
            return tensor;
        LargePages.Advise(Address(tensor), bytes);
        return tensor;
    }

    // spans count in 32 bits, so of what is larger the address is taken of one element
    private static byte* Address(Tensor tensor)
    {
        if (tensor.numel() * tensor.element_size() <= int.MaxValue)
            fixed (byte* address = tensor.bytes)
                return address;
        using var one = tensor.flatten().narrow(0, 0, 1);
        fixed (byte* address = one.bytes)
            return address;
    }

    /// <summary>Adds a tensor's values to a hash, in row order, from wherever they are.</summary>
    public static void Add(this ContentHash hash, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(hash);
        ArgumentNullException.ThrowIfNull(tensor);
        using var scope = NewDisposeScope();
        var flat = tensor.detach().reshape(-1);
        for (long start = 0, count = flat.numel(); start < count; start += HashedElements)
        {
            using var part = flat.narrow(0, start, Math.Min(HashedElements, count - start));
            using var onHost = part.cpu();
            hash.Add(onHost.bytes);
        }
    }
}
