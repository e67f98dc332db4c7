using Concord.Tokenization.Rendering.Templates;
using Concord.Tokenization.Rendering.Templates.Values;

namespace Concord.Tokenization.Rendering;

/// <summary>
/// A last message that the model is to go on with: as in transformers, a mark is put behind it and the rendering cut
/// there.
/// </summary>
/// <param name="Messages">The messages with the mark.</param>
/// <param name="Final">The text that is to be continued.</param>
internal sealed record ContinuedMessage(Sequence Messages, string Final)
{
    private const string Mark = "CONTINUE_FINAL_MESSAGE_TAG ";

    /// <summary>Puts the mark behind the last message's field.</summary>
    public static ContinuedMessage In(object? messages, string field)
    {
        if (messages is not Sequence { Items: [.., Mapping last] } list)
            throw new TemplateException("there is no message to continue");
        if (!last.TryGet(field, out var value))
            throw new TemplateException($"the last message has no '{field}' to continue");
        var (marked, final) = Marked(value, field);
        var changed = last.Entries.Aggregate(
            new Mapping(),
            (made, entry) => made.With(entry.Key, entry.Key is string key && key == field ? marked : entry.Value)
        );
        return new ContinuedMessage(new Sequence([.. list.Items.SkipLast(1), changed]), final);
    }

    /// <summary>The rendering up to the mark.</summary>
    public string Cut(string text)
    {
        var at = text.LastIndexOf(Mark.TrimEnd(), StringComparison.Ordinal);
        if (at < 0 || !text.Contains(TextParts.Strip(Final, null, true, true), StringComparison.Ordinal))
            throw new TemplateException(
                "the final message, which is to be continued, does not appear in the rendering"
            );
        return string.CompareOrdinal(text, at, Mark, 0, Mark.Length) == 0
            ? text[..at]
            : TextParts.Strip(text[..at], null, false, true);
    }

    private static (object Marked, string Final) Marked(object? value, string field)
    {
        if (value is string text)
            return (text + Mark, text);
        if (value is Sequence parts)
            for (var at = parts.Items.Count - 1; at >= 0; at--)
                if (parts.Items[at] is Mapping part && part.TryGet("text", out var inner) && inner is string last)
                {
                    var items = parts.Items.ToArray();
                    items[at] = part.Entries.Aggregate(
                        new Mapping(),
                        (made, entry) => made.With(entry.Key, entry.Key is "text" ? last + Mark : entry.Value)
                    );
                    return (new Sequence(items), last);
                }
        throw new TemplateException($"the last message's '{field}' has no text to continue");
    }
}
