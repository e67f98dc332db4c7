using System.Diagnostics;

namespace Concord.Bench;

/// <summary>
/// A setting of the C library's allocator under which memory comes in large pages. Without it a variant that allocates
/// gigabytes anew in every step spends its time in page faults, more on a virtual machine than elsewhere, and would be
/// compared by that; with it all variants meet the same conditions.
/// </summary>
internal static class Memory
{
    /// <summary>The variable that glibc reads.</summary>
    public const string Variable = "GLIBC_TUNABLES";

    private const string LargePages = "glibc.malloc.hugetlb=1";

    /// <summary>
    /// Starts this program again under the settings unless it runs under some already; the exit code, or null where it
    /// is to go on itself.
    /// </summary>
    public static int? Restart(string[] arguments)
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable(Variable) is not null)
            return null;
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program);
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Concord.Bench.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment[Variable] = LargePages;
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
