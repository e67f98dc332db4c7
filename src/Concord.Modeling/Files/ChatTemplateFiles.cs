using System.Text.Json;
using System.Text.Json.Nodes;
using Concord.Foundation;

namespace Concord.Modeling.Files;

/// <summary>
/// The places where a model folder holds a chat template: files of its own, and a key of
/// <c>tokenizer_config.json</c>.
/// </summary>
internal static class ChatTemplateFiles
{
    private const string Key = "chat_template";
    private static readonly string[] Own = ["chat_template.jinja", "chat_template.json"];
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Takes the template out of a folder that is being written; the rest of it stays as it is.</summary>
    /// <exception cref="ConcordException">A file cannot be read or written.</exception>
    public static void RemoveFrom(string folder)
    {
        foreach (var place in Own.Select(name => Path.Combine(folder, name)).Where(File.Exists))
            Disk.Delete(place);
        var file = Path.Combine(folder, "tokenizer_config.json");
        if (!File.Exists(file))
            return;
        try
        {
            var bytes = ConfigDocument.WithoutMark(ConfigDocument.ReadBytes(file));
            if (JsonNode.Parse(bytes.Span) is JsonObject config && config.Remove(Key))
                AtomicFile.WriteText(file, config.ToJsonString(Indented) + "\n");
        }
        catch (JsonException error)
        {
            throw new ConcordException(
                $"{file} is not valid JSON{JsonErrors.Place(error)}: {JsonErrors.Said(error)} Download or write it "
                    + "again.",
                error
            );
        }
    }
}
