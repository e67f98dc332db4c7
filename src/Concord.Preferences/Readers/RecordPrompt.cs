namespace Concord.Preferences.Readers;

/// <summary>What a record says before its answers.</summary>
/// <param name="Before">The system's message and earlier turns, from columns of their own.</param>
/// <param name="Turns">The prompt's own turns; empty where there is none.</param>
/// <param name="Tools">The tools that it offers (<see cref="Comparison.Tools"/>), else null.</param>
/// <param name="IsGiven">Whether a column holds the prompt; without, answers hold it themselves.</param>
internal sealed record RecordPrompt(
    IReadOnlyList<Message> Before,
    IReadOnlyList<Message> Turns,
    string? Tools,
    bool IsGiven
)
{
    /// <summary>All of it.</summary>
    public IReadOnlyList<Message> All => [.. Before, .. Turns];
}
