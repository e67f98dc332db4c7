using System.Runtime.InteropServices;

namespace Concord.Kernels;

/// <summary>
/// Functions that libtorch exports beyond what TorchSharp wraps: its thread pool and its BLAS, neither of which every
/// build has.
/// </summary>
/// <remarks>
/// Whoever holds tensors has loaded libtorch, and gets that one here; without it there is none of its functions, and
/// kernels do with what .NET has.
/// </remarks>
internal static class NativeExports
{
    private static readonly Lazy<IntPtr> Library = new(() =>
        NativeLibrary.TryLoad("torch_cpu", typeof(NativeExports).Assembly, null, out var library)
            ? library
            : IntPtr.Zero
    );

    /// <summary>The address of a function of libtorch_cpu, or null.</summary>
    public static IntPtr Find(string name) =>
        Library.Value != IntPtr.Zero && NativeLibrary.TryGetExport(Library.Value, name, out var address)
            ? address
            : IntPtr.Zero;
}
