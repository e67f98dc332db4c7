using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Concord.Modeling.Native;

/// <summary>
/// Loads TorchSharp's native library where the system's C++ runtime is older than the one it was linked with.
/// </summary>
/// <remarks>
/// The handler runs only after the ordinary loading of the library has failed, so newer systems never reach it. It
/// edits a copy in memory (<see cref="LibStdCxxCompatibility"/>) and loads that: neither the package cache nor the
/// output folder is written to.
/// </remarks>
internal static partial class TorchLibraryLoader
{
    private const string LibraryName = "LibTorchSharp";

    private static readonly Lazy<IntPtr> Adapted = new(LoadAdapted);

    /// <summary>Installs the handler.</summary>
    public static void Install() => AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;

    private static IntPtr Resolve(Assembly assembly, string name) =>
        name == LibraryName && assembly.GetName().Name == "TorchSharp" ? Adapted.Value : IntPtr.Zero;

    private static IntPtr LoadAdapted()
    {
        var file = Find("libLibTorchSharp.so");
        if (file is null)
            return IntPtr.Zero;
        // The copy in memory has no folder of its own to find its neighbour in, so that is loaded first.
        var torch = Find("libtorch.so");
        if (torch is not null)
            NativeLibrary.Load(torch);
        return LoadFromMemory(LibStdCxxCompatibility.Edit(File.ReadAllBytes(file)));
    }

    private static string? Find(string fileName)
    {
        var folders = ((AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string) ?? "").Split(
            Path.PathSeparator,
            StringSplitOptions.RemoveEmptyEntries
        );
        return folders
            .Append(AppContext.BaseDirectory)
            .Append(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"))
            .Select(folder => Path.Combine(folder, fileName))
            .FirstOrDefault(File.Exists);
    }

    private static IntPtr LoadFromMemory(byte[] image)
    {
        var descriptor = CreateMemoryFile("concord-LibTorchSharp", 0);
        if (descriptor < 0)
            throw new DllNotFoundException(
                "The system's C++ runtime is older than GCC 13's, and no memory file could be made to hold an "
                    + "adapted copy of libLibTorchSharp.so (memfd_create failed)."
            );
        var file = $"/proc/self/fd/{descriptor}";
        File.WriteAllBytes(file, image);
        return NativeLibrary.Load(file);
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateMemoryFile(string name, uint flags);
}
