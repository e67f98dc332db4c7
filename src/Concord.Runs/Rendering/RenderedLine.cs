using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Concord.Tokenization;

namespace Concord.Runs.Rendering;

/// <summary>One line of what was rendered: a text, or why there is none.</summary>
internal sealed record RenderedLine
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The record's number, where it is a comparison.</summary>
    public int? Line { get; init; }

    /// <summary>Which answer of a comparison, from 0.</summary>
    public int? Response { get; init; }

    /// <summary>The text.</summary>
    public string? Text { get; init; }

    /// <summary>Why there is none.</summary>
    public string? Error { get; init; }

    /// <summary>What generation blocks enclose.</summary>
    public IReadOnlyList<(int Start, int End)>? Spans { get; init; }

    /// <summary>The ids that a model reads.</summary>
    public IReadOnlyList<int>? Ids { get; init; }

    /// <summary>Those of them that are special, as tokens.</summary>
    public IReadOnlyList<string>? SpecialTokens { get; init; }

    /// <summary>A line with the ids of its text.</summary>
    public RenderedLine With(Tokenizer tokenizer, IReadOnlyList<int> ids) =>
        this with
        {
            Ids = ids,
            SpecialTokens =
            [
                .. ids.Select(id => tokenizer.IdToToken(id)!)
                    .Where(token => token is not null && Special(tokenizer, token)),
            ],
        };

    /// <summary>It, as JSON without an end of line.</summary>
    public string Json()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            if (Line is { } line)
                writer.WriteNumber("line", line);
            if (Response is { } response)
                writer.WriteNumber("response", response);
            if (Error is not null)
                writer.WriteString("error", Error);
            else if (Text is not null)
                writer.WriteString("text", Text);
            if (Spans is not null)
                Write(writer, "spans", Spans.Select(span => (int[])[span.Start, span.End]));
            if (SpecialTokens is not null)
            {
                writer.WriteStartArray("special_tokens");
                foreach (var token in SpecialTokens)
                    writer.WriteStringValue(token);
                writer.WriteEndArray();
            }
            if (Ids is not null)
                Write(writer, "ids", Ids);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static bool Special(Tokenizer tokenizer, string token) => tokenizer.SpecialTokens.Contains(token);

    private static void Write(Utf8JsonWriter writer, string name, IEnumerable<int[]> pairs)
    {
        writer.WriteStartArray(name);
        foreach (var pair in pairs)
        {
            writer.WriteStartArray();
            foreach (var number in pair)
                writer.WriteNumberValue(number);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, string name, IEnumerable<int> numbers)
    {
        writer.WriteStartArray(name);
        foreach (var number in numbers)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
    }
}
