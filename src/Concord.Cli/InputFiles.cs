using Concord.Foundation;

namespace Concord.Cli;

/// <summary>Files that a command line names to be read.</summary>
internal static class InputFiles
{
    /// <summary>Refuses one file under two names, or named twice: its records would count twice.</summary>
    /// <exception cref="UsageException">Names both.</exception>
    public static void CheckOnce(IReadOnlyList<string> files)
    {
        if (RealPath.Twice(files) is var (first, second))
            throw new UsageException(
                first == second
                    ? $"{first} is named twice, and its records would count twice: name it once."
                    : $"{first} and {second} are one file, whose records would count twice: name it once."
            );
    }
}
