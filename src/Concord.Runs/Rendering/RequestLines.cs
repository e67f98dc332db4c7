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
        catch (InvalidOperationException)
        {
            return new RenderedLine
            {
                Error = FormattableString.Invariant(
                    $"{file}, line {number}: a key is not valid Unicode (half of a surrogate pair)."
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
        var request = ChatTemplateRequest.Parse(line, conversation?.RootElement);
        if (
            request is { Template: null, TemplateName: null }
            && !templates.IsGiven
            && reading is { Choice.Rendering: DialogueRendering.Hh }
        )
            return With(new RenderedLine { Text = Hh(request.Messages) }, true);
        var result = templates.Of(request.Template, request.TemplateName).Render(request);
        return With(new RenderedLine { Text = result.Text, Spans = result.Spans }, false);
    }

    private RenderedLine With(RenderedLine line, bool addSpecialTokens) =>
        reading is null ? line : line.With(reading.Tokenizer, reading.Tokenizer.Encode(line.Text!, addSpecialTokens));

    private static string Hh(JsonElement messages) =>
        HhDialogue.Format([.. messages.EnumerateArray().Select(one => Message.Parse(one.GetRawText()))]);
}
