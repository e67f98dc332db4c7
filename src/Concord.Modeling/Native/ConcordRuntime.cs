using System.Runtime.InteropServices;
using Concord.Modeling.Native;
using TorchSharp;

namespace Concord;

/// <summary>What a program does once, before it uses models: prepares its process for libtorch.</summary>
/// <remarks>
/// Preparing sets an environment variable of the process and, on Linux systems whose C++ library is older than GCC
/// 13's, loads TorchSharp's library from a copy edited in memory. A library does neither to somebody else's process
/// unasked, so the program says so.
/// </remarks>
public static class ConcordRuntime
{
    private static readonly string[] Served = ["linux-x64", "win-x64", "win-arm64", "osx-arm64"];

    private static readonly Lazy<string?> Failure = new(Load);

    private static int prepared;

    /// <summary>
    /// Prepares the process: the first line of a program that uses Concord's models. Calling it again does nothing. It
    /// loads nothing yet.
    /// </summary>
    public static void Prepare()
    {
        if (Interlocked.Exchange(ref prepared, 1) != 0 || !OperatingSystem.IsLinux())
            return;
        ThreadWaiting.Shorten();
        if (RuntimeInformation.ProcessArchitecture == Architecture.X64)
            TorchLibraryLoader.Install();
    }

    /// <summary>
    /// Loads libtorch, unless it is loaded. What loads, makes or imports a model begins with it; a program that uses
    /// tensors of its own may too.
    /// </summary>
    /// <exception cref="ConcordException">It cannot be loaded; the sentence says what to do.</exception>
    public static void RequireLibtorch()
    {
        if (Failure.Value is { } sentence)
            throw new ConcordException(sentence);
    }

    /// <summary>The CPU as a device of the tensor library, which is loaded first.</summary>
    /// <exception cref="ConcordException">libtorch cannot be loaded.</exception>
    internal static torch.Device Cpu
    {
        get
        {
            RequireLibtorch();
            return torch.CPU;
        }
    }

    private static string? Load()
    {
#pragma warning disable CA1031 // loading fails in many ways; whichever it was, the sentence says what to do
        try
        {
            // Where there is none, TorchSharp writes a page to the console and copies what package caches hold.
            if (!NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, null, out _))
                throw new DllNotFoundException("the library torch_cpu was not found");
            torch.InitializeDeviceType(DeviceType.CPU);
            return null;
        }
        catch (Exception error)
        {
            return Sentence(Platform(), prepared != 0, error);
        }
#pragma warning restore CA1031
    }

    /// <summary>Why libtorch cannot be loaded, and what to do.</summary>
    /// <param name="platform">Such as <c>linux-x64</c>.</param>
    /// <param name="wasPrepared">Whether <see cref="Prepare"/> was called.</param>
    /// <param name="error">What loading threw.</param>
    internal static string Sentence(string platform, bool wasPrepared, Exception error)
    {
        if (!Served.Contains(platform))
            return $"No libtorch is published for {platform}: models run on {string.Join(", ", Served[..^1])} and "
                + $"{Served[^1]}; what reads data and scores files works everywhere.";
        if (platform == "linux-x64" && !wasPrepared)
            return "libtorch could not be loaded: call ConcordRuntime.Prepare() as the first line of the program, "
                + "which older C++ libraries need, and see that its project has the package libtorch-cpu-linux-x64.";
        return $"libtorch could not be loaded: a program's own project needs the package libtorch-cpu-{platform}, or "
            + "TorchSharp's package for CUDA; an installed concord is to be installed anew ("
            + $"{error.GetBaseException().Message.Split('\n')[0].Trim()}).";
    }

    private static string Platform()
    {
        var system =
            OperatingSystem.IsWindows() ? "win"
            : OperatingSystem.IsMacOS() ? "osx"
            : OperatingSystem.IsLinux() ? "linux"
            : RuntimeInformation.RuntimeIdentifier;
        return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
    }
}
