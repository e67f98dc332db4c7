using System.Runtime.InteropServices;
using TorchSharp;

namespace Concord.Modeling.Kernels;

/// <summary>
/// Asks the system to back a block of memory by large pages (2 MiB instead of 4 KiB): one page fault instead of 512
/// when it is first touched, and fewer misses of the address cache when products stride through it.
/// </summary>
/// <remarks>A hint on Linux, where large pages are to be had by asking on most systems; nothing elsewhere.</remarks>
internal static partial class LargePages
{
    private const int Advice = 14; // MADV_HUGEPAGE
    private const nuint Page = 2 << 20;

    private static bool isUnavailable = !OperatingSystem.IsLinux();

    /// <summary>Asks for the whole pages within a tensor's memory; called before it is first written.</summary>
    /// <returns>The tensor.</returns>
    public static unsafe torch.Tensor Advise(torch.Tensor tensor)
    {
        var bytes = (nuint)(tensor.numel() * tensor.element_size());
        if (isUnavailable || tensor.device_type != DeviceType.CPU || bytes < 2 * Page)
            return tensor;
        // spans count in 32 bits, so the address is taken of one element
        using var one = tensor.flatten().narrow(0, 0, 1);
        fixed (byte* address = one.bytes)
        {
            var start = ((nuint)address + Page - 1) / Page * Page;
            var end = ((nuint)address + bytes) / Page * Page;
            try
            {
                _ = MemoryAdvise(start, end - start, Advice); // whether it was taken changes speed only
            }
            catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
            {
                isUnavailable = true;
            }
        }
        return tensor;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(nuint start, nuint length, int advice);
}
