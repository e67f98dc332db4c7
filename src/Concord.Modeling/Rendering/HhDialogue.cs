using System.Text;
using Concord.Preferences;

namespace Concord.Modeling.Rendering;

/// <summary>Messages as one text in the form of Anthropic's Helpful and Harmless data, which is also the authors': each turn is led by <c>\n\nHuman: </c> or <c>\n\nAssistant: </c>.</summary>
/// <remarks>That form has no system message; one stands before the first turn as it is, without a marker.</remarks>
public static class HhDialogue
{
    /// <summary>What leads a user's turn.</summary>
    public const string Human = "\n\nHuman: ";

    /// <summary>What leads the model's turn.</summary>
    public const string Assistant = "\n\nAssistant: ";

    /// <summary>Writes messages.</summary>
    /// <exception cref="ConcordException">A message has a role that the form does not have.</exception>
    public static string Format(IEnumerable<Message> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var text = new StringBuilder();
        foreach (var (role, content) in messages)
        {
            text.Append(role switch
            {
                Roles.User => Human,
                Roles.Assistant => Assistant,
                Roles.System => "",
                _ => throw new ConcordException($"A message has the role '{role}'; the hh rendering knows system, user and assistant. Use a model with a chat template."),
            });
            text.Append(content);
        }
        return text.ToString();
    }
}
