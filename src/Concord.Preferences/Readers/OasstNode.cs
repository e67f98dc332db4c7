namespace Concord.Preferences.Readers;

/// <summary>One message of an OpenAssistant tree and the replies to it.</summary>
internal sealed record OasstNode(string Text, string Role, double? Rank, bool Deleted, int Line)
{
    public List<OasstNode> Replies { get; } = [];

    public bool IsAnswer => Role == Roles.Assistant;
}
