using Concord.Preferences;

namespace Concord.Tokenization.Rendering;

/// <summary>
/// Messages as one text in the form of Anthropic's Helpful and Harmless data, which is also the authors':
/// <see cref="DialogueText.Format"/>, with roles checked.
/// </summary>
/// <remarks>That form has no system message; one stands before the first turn as it is, without a marker.</remarks>
public static class HhDialogue
{
    /// <summary>Writes messages.</summary>
    /// <exception cref="ConcordException">A message has a role that the form does not have, or a system message comes
    /// after another.</exception>
    public static string Format(IReadOnlyList<Message> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i].Beyond.Length > 0)
                throw new ConcordException(
                    "A message holds tool calls or reasoning; the hh rendering has no place for them. Use a model with "
                        + "a chat template."
                );
            if (messages[i].Role is not (Roles.User or Roles.Assistant or Roles.System or Roles.Developer))
                throw new ConcordException(
                    $"A message has the role '{messages[i].Role}'; the hh rendering knows system, user and "
                        + $"assistant. Use a model with a chat template."
                );
            if (messages[i].Role is Roles.System or Roles.Developer && i > 0)
                throw new ConcordException(
                    "A system message comes after another message; the hh rendering has no place for it. Use a "
                        + "model with a chat template."
                );
        }
        return DialogueText.Format(messages);
    }
}
