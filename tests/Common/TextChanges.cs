namespace Concord.Tests;

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
