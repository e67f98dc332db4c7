using System.Globalization;

namespace Concord.Bench;

/// <summary>The machine in words.</summary>
internal static class Machine
{
    /// <summary>Processor, cores, memory and runtime.</summary>
    public static string Words
    {
        get
        {
            var processor = File.Exists("/proc/cpuinfo")
                ? File.ReadLines("/proc/cpuinfo")
                    .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
                    ?.Split(':')[1]
                    .Trim()
                : null;
            var gigabytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Math.Pow(2, 30);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{processor ?? "Processor"}, {Environment.ProcessorCount} cores, {gigabytes:f0} GiB, .NET "
                    + $"{Environment.Version}."
            );
        }
    }

    /// <summary>The most memory this process ever held, in GB (10⁹ bytes).</summary>
    public static double PeakGigabytes()
    {
        var line = File.ReadLines("/proc/self/status")
            .First(text => text.StartsWith("VmHWM", StringComparison.Ordinal));
        return double.Parse(
                line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal),
                CultureInfo.InvariantCulture
            )
            * 1024
            / 1e9;
    }
}
