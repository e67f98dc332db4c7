using Concord.Preferences;

namespace Concord.Tokenization.Rendering;

/// <summary>
/// Tools for a rendering that has no place of its own for them: told first, in the system message, before what that
/// says itself.
/// </summary>
internal static class ToldTools
{
    /// <summary>The prompt with the tools in it.</summary>
    public static IReadOnlyList<Message> In(IReadOnlyList<Message> prompt, string? tools)
    {
        if (tools is null)
            return prompt;
        if (prompt is not [{ Role: Roles.System or Roles.Developer } first, ..])
            return [new Message(Roles.System, tools), .. prompt];
        var told = first.Content.Length == 0 ? tools : $"{tools}\n\n{first.Content}";
        return [new Message(first.Role, told), .. prompt.Skip(1)];
    }
}
