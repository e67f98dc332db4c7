using System.Runtime.InteropServices;
using TorchSharp;

namespace Concord.Modeling.Kernels;

/// <summary>
/// Functions that the loaded libtorch exports beyond what TorchSharp wraps: its thread pool and its BLAS, neither of
/// which every build has.
/// </summary>
internal static class NativeExports
{
    private static readonly Lazy<IntPtr> Library = new(() =>
    {
        torch.InitializeDeviceType(DeviceType.CPU); // loads libtorch with its neighbours
        return NativeLibrary.TryLoad("torch_cpu", typeof(NativeExports).Assembly, null, out var library)
            ? library
            : IntPtr.Zero;
    });

    /// <summary>The address of a function of libtorch_cpu, or null.</summary>
    public static IntPtr Find(string name) =>
        Library.Value != IntPtr.Zero && NativeLibrary.TryGetExport(Library.Value, name, out var address)
            ? address
            : IntPtr.Zero;
}
