namespace Concord.Foundation;

/// <summary>
/// What comes through standard input, to be read more than once: it is copied to its end into a temporary file when it
/// is first opened.
/// </summary>
public static class StandardInput
{
    /// <summary>Its name where a file is expected.</summary>
    public const string Name = "-";

    private static readonly Lazy<FileStream> Copy = new(() =>
    {
        using var input = Console.OpenStandardInput();
        return TemporaryCopy.Of(input);
    });

    /// <summary>Opens it at its beginning; one reader at a time.</summary>
    /// <exception cref="ConcordException">The disk has no room for it.</exception>
    public static Stream Open()
    {
        Copy.Value.Position = 0;
        return new LentStream(Copy.Value, 0);
    }
}
