namespace Concord.Cli.CommandLine;

/// <summary>Words of a command line as a user can paste them into a shell.</summary>
internal static class ShellWord
{
    /// <summary>The word itself where a shell leaves it as it is, else in single quotes.</summary>
    public static string Quote(string word)
    {
        var plain =
            word.Length > 0
            && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./=:,+@%".Contains(c, StringComparison.Ordinal));
        return plain ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}
