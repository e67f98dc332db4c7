namespace Concord.Tests;

/// <summary>Files as Concord wrote them once, in <c>tests/Written</c>: they must be read for ever.</summary>
internal static class Written
{
    /// <summary>A file of a run from before its files had a version, or one evaluated then.</summary>
    public static string WithoutVersion(params string[] parts) =>
        Path.Combine([Shared.RepositoryRoot, "tests", "Written", "WithoutVersion", .. parts]);
}

/// <summary>Small changes of texts.</summary>
internal static class TextChanges
{
    /// <summary>A text with one occurrence replaced; it must be there.</summary>
    public static string ReplaceFirst(this string text, string old, string by)
    {
        var at = text.IndexOf(old, StringComparison.Ordinal);
        return at < 0
            ? throw new ArgumentException($"There is no {old}.")
            : text[..at] + by + text[(at + old.Length)..];
    }
}
