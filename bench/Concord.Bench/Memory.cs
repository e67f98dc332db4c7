using System.Diagnostics;

namespace Concord.Bench;

/// <summary>
/// Settings of the C library's allocator under which memory is kept between steps and taken in large pages. Without them a variant that allocates gigabytes anew in every step spends its time in page faults,
/// more on a virtual machine than elsewhere, and would be compared by that; with them all variants meet the same conditions.
/// </summary>
internal static class Memory
{
    /// <summary>The variable that glibc reads.</summary>
    public const string Variable = "GLIBC_TUNABLES";

    private const string Kept = "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=17179869184:glibc.malloc.trim_threshold=17179869184:glibc.malloc.top_pad=268435456";

    /// <summary>Starts this program again under the settings unless it runs under some already; the exit code, or null where it is to go on itself.</summary>
    public static int? Restart(string[] arguments)
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable(Variable) is not null) return null;
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program);
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Concord.Bench.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment[Variable] = Kept;
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
