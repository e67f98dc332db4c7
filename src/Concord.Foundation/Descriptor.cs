using System.Globalization;

namespace Concord.Foundation;

/// <summary>Names of what the process has open already, as <c>/dev/stdout</c> and <c>/dev/fd/63</c> are.</summary>
internal static class Descriptor
{
    /// <summary>The number of standard output.</summary>
    public const int Output = 1;

    private const int LongestChain = 40;

    /// <summary>The number of the descriptor that a path leads to; null where it leads to none of this
    /// process.</summary>
    public static int? Of(string path)
    {
        if (OperatingSystem.IsWindows())
            return null;
        var full = Path.GetFullPath(path);
        string[] folders = [$"/proc/{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}/fd", "/dev/fd"];
        for (var links = 0; links < LongestChain && Path.GetDirectoryName(full) is { } parent; links++)
        {
            var place = Path.Combine(RealPath.Of(parent), Path.GetFileName(full));
            if (
                folders.Contains(Path.GetDirectoryName(place))
                && int.TryParse(Path.GetFileName(place), CultureInfo.InvariantCulture, out var number)
            )
                return number;
            if (new FileInfo(place).LinkTarget is not { } target)
                return null;
            full = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(place)!, target));
        }
        return null;
    }

    /// <summary>The path of an input; of <c>-</c> the one under which standard input is found.</summary>
    public static string InputPath(string input) => input == "-" && !OperatingSystem.IsWindows() ? "/dev/stdin" : input;
}
