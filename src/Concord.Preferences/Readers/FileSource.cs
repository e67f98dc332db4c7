namespace Concord.Preferences.Readers;

/// <summary>The source that a file's name gives, or why it gives none.</summary>
/// <param name="Given">The name; null where other files would have the same.</param>
/// <param name="Conflict">What to say where it is needed and not given.</param>
internal sealed record FileSource(string? Given, string? Conflict = null)
{
    /// <summary>The name.</summary>
    /// <exception cref="ConcordException">Several files would have it.</exception>
    public string Name => Given ?? throw new ConcordException(Conflict!);

    /// <summary>The name where there is one, for notes.</summary>
    public string Shown => Given is null ? "the file's name" : $"the file's name, {Given}";
}
