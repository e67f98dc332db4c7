using System.Text.Json;
using Concord.Preferences;
using Concord.Runs.Data;
using Concord.Tokenization.Rendering;

namespace Concord.Runs.Rendering;

/// <summary>A line for every request: what <c>apply_chat_template</c> gives, or why it does not.</summary>
internal sealed class RequestLines(string file, FolderReading? reading, RenderTemplates templates)
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 200 };

    public IEnumerable<RenderedLine> Of(IEnumerable<(int Number, string Text)> lines) =>
        lines.Select(line => Of(line.Number, line.Text));

    private RenderedLine Of(int number, string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line, Deep);
            return Rendered(document.RootElement);
        }
        catch (JsonException error)
        {
            return new RenderedLine
            {
                Error = FormattableString.Invariant(
                    $"{file}, line {number}: not valid JSON ({error.Message.TrimEnd('.')})."
                ),
            };
        }
        catch (ConcordException error)
        {
            return new RenderedLine { Error = error.Message };
        }
    }

    private RenderedLine Rendered(JsonElement line)
    {
        using var conversation = Conversation.Of(line);
        var messages = conversation?.RootElement;
        var (text, name) = (Text(line, "text"), Text(line, "template"));
        if (text is null && name is null && !templates.IsGiven && reading is { Choice.Rendering: DialogueRendering.Hh })
            return With(new RenderedLine { Text = Hh(messages ?? line.GetProperty("messages"), line) }, true);
        var request = ChatTemplateRequest.Parse(line, messages);
        var result = templates.Of(text, name).Render(request);
        return With(new RenderedLine { Text = result.Text, Spans = result.Spans }, false);
    }

    private RenderedLine With(RenderedLine line, bool addSpecialTokens) =>
        reading is null ? line : line.With(reading.Tokenizer, reading.Tokenizer.Encode(line.Text!, addSpecialTokens));

    private static string Hh(JsonElement messages, JsonElement line)
    {
        if (messages.ValueKind != JsonValueKind.Array)
            throw new ConcordException("\"messages\" is no list; a list of messages was expected.");
        return HhDialogue.Format([.. messages.EnumerateArray().Select(one => Message.Parse(one.GetRawText()))]);
    }

    private static string? Text(JsonElement line, string name) =>
        line.ValueKind == JsonValueKind.Object
        && line.TryGetProperty(name, out var text)
        && text.ValueKind == JsonValueKind.String
            ? text.GetString()
            : null;
}
