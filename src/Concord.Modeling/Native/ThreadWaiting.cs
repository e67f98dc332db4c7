using System.Runtime.InteropServices;

namespace Concord.Modeling.Native;

/// <summary>How long libtorch's threads spin before they sleep, while they wait for the next piece of work.</summary>
/// <remarks>
/// GNU OpenMP spins for milliseconds after every operation. Where another process wants the cores, that costs more than
/// the work: a small transformer's training step took four times as long on two cores with others at work on them. The
/// setting is read when the library is loaded, and from the process's own environment, which
/// <see cref="Environment.SetEnvironmentVariable(string, string?)"/> does not reach on Unix.
/// </remarks>
internal static partial class ThreadWaiting
{
    private const string SpinCount = "GOMP_SPINCOUNT";

    /// <summary>About ten microseconds: longer than the pauses within a step, far shorter than a time slice.</summary>
    private const string ShortSpin = "1000";

    /// <summary>
    /// Makes the threads sleep soon, unless the user has chosen otherwise by <c>GOMP_SPINCOUNT</c> or
    /// <c>OMP_WAIT_POLICY</c>. To be called before libtorch is loaded.
    /// </summary>
    public static void Shorten()
    {
        if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null)
            SetEnvironmentVariable(SpinCount, ShortSpin, 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
