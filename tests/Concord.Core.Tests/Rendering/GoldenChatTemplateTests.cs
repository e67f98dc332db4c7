using System.Text.Json;
using Concord.Tokenization.Rendering;
using Xunit;

namespace Concord.Tests.Rendering;

/// <summary>Renderings by transformers (jinja2 3.1.6), to the letter.</summary>
public class GoldenChatTemplateTests
{
    [Fact]
    public void Whole_templates() =>
        All("cases.jsonl", 556, record => File.ReadAllText(Shared.Path(Folder, $"{Text(record, "template")}.jinja")));

    [Fact]
    public void Snippets() => All("snippets.jsonl", 340, record => Text(record, "text"));

    private const string Folder = "golden/chat_templates";

    private static void All(string file, int count, Func<JsonElement, string> template)
    {
        var wrong = new List<string>();
        var lines = File.ReadAllLines(Shared.Path(Folder, file));
        Assert.Equal(count, lines.Length);
        foreach (var line in lines)
        {
            using var record = JsonDocument.Parse(line);
            if (Wrong(record.RootElement, template(record.RootElement)) is { } what)
                wrong.Add(what);
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {count}:\n{string.Join("\n", wrong)}");
    }

    private static string Text(JsonElement record, string name) => record.GetProperty(name).GetString()!;

    private static string? Wrong(JsonElement record, string template)
    {
        var name = record.TryGetProperty("feature", out var feature)
            ? feature.GetString()!
            : $"{Text(record, "template")}/{Text(record, "chat")} {record.GetProperty("kwargs")}";
        if (name.Length > 100)
            name = name[..100];
        ChatRendering rendering;
        try
        {
            rendering = ChatTemplate
                .Parse(template, new Dictionary<string, string>(), "golden")
                .At(new StoppedClock(2026, 2, 3, 4, 5))
                .Render(ChatTemplateRequest.Parse(record));
        }
        catch (ConcordException error)
        {
            if (!record.TryGetProperty("error", out var expected))
                return $"{name}: {error.Message}";
            return Text(expected, "kind") == "raise_exception" && error.Message != Text(expected, "message")
                ? $"{name}: {error.Message}\n  right: {Text(expected, "message")}"
                : null;
        }
        if (record.TryGetProperty("error", out var refused))
            return $"{name}: {JsonSerializer.Serialize(rendering.Text)}\n  right: an error ({refused})";
        var text = Text(record, "expected");
        if (rendering.Text != text)
            return $"{name}: {JsonSerializer.Serialize(rendering.Text)}\n  right: {JsonSerializer.Serialize(text)}";
        if (!record.TryGetProperty("spans", out var spans))
            return null;
        var found = JsonSerializer.Serialize(rendering.Spans!.Select(span => new[] { span.Start, span.End }));
        return found == JsonSerializer.Serialize(spans) ? null : $"{name}: spans {found}\n  right: {spans}";
    }
}
