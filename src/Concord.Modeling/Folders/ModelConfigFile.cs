using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Concord.Foundation;
using Concord.Modeling.Backbones;
using Concord.Modeling.Files;

namespace Concord.Modeling.Folders;

/// <summary>Writes <c>config.json</c> so that transformers 4 and 5 load the folder.</summary>
public static class ModelConfigFile
{
    private static readonly JsonSerializerOptions Layout = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>
    /// Writes the config of a reward model, which <c>AutoModelForSequenceClassification</c> loads: one label, the class
    /// of the family, the padding id.
    /// </summary>
    /// <param name="folder">Folder of the model.</param>
    /// <param name="config">The shape; its <see cref="BackboneConfig.PadTokenId"/> and
    /// <see cref="BackboneConfig.Dtype"/> are written over the source's.</param>
    /// <param name="sourceFolder">The folder the backbone came from, whose config is kept key by key; null to write one
    /// from the shape alone.</param>
    /// <exception cref="ConcordException">The source cannot be read or the file not be written.</exception>
    /// <exception cref="ArgumentException">The source describes another model than
    /// <paramref name="config"/>.</exception>
    public static void WriteRewardModel(string folder, BackboneConfig config, string? sourceFolder = null)
    {
        var json = Start(config, sourceFolder);
        json["architectures"] = new JsonArray(config.Family.SequenceClassificationClass);
        json["num_labels"] = 1;
        json["id2label"] = new JsonObject { ["0"] = "LABEL_0" };
        json["label2id"] = new JsonObject { ["LABEL_0"] = 0 };
        json["problem_type"] = "regression";
        Write(folder, json, config);
    }

    /// <summary>Writes the config of a language model, which <c>AutoModelForCausalLM</c> loads.</summary>
    /// <param name="folder">Folder of the model.</param>
    /// <param name="config">As in <see cref="WriteRewardModel"/>.</param>
    /// <param name="sourceFolder">As in <see cref="WriteRewardModel"/>.</param>
    /// <exception cref="ConcordException">The source cannot be read or the file not be written.</exception>
    /// <exception cref="ArgumentException">The source describes another model than
    /// <paramref name="config"/>.</exception>
    public static void WriteLanguageModel(string folder, BackboneConfig config, string? sourceFolder = null)
    {
        WriteLanguageModel(folder, config, Start(config, sourceFolder));
    }

    /// <summary>
    /// As <see cref="WriteLanguageModel(string, BackboneConfig, string?)"/>, with the source's JSON in hand.
    /// </summary>
    internal static void WriteLanguageModel(
        string folder,
        BackboneConfig config,
        ReadOnlyMemory<byte> source,
        string sourceName
    ) => WriteLanguageModel(folder, config, Start(config, source, sourceName));

    private static void WriteLanguageModel(string folder, BackboneConfig config, JsonObject json)
    {
        json["architectures"] = new JsonArray(config.Family.CausalLanguageModelClass);
        foreach (var key in (string[])["num_labels", "id2label", "label2id", "problem_type"])
            json.Remove(key);
        Write(folder, json, config);
    }

    private static JsonObject Start(BackboneConfig config, string? sourceFolder)
    {
        if (sourceFolder is null)
            return FreshConfig.Of(config);
        var file = Path.Combine(sourceFolder, ModelFolder.ConfigFileName);
        return Start(config, ConfigDocument.ReadBytes(file), file);
    }

    private static JsonObject Start(BackboneConfig config, ReadOnlyMemory<byte> bytes, string file)
    {
        using (var document = ConfigDocument.Parse(bytes, file))
        {
            var source = BackboneConfigReader.Read(document);
            if (source with { PadTokenId = config.PadTokenId, Dtype = config.Dtype } != config)
                throw new ArgumentException(
                    $"{file} describes another model than the config to be written.",
                    nameof(bytes)
                );
        }
        var json = JsonNode.Parse(ConfigDocument.WithoutMark(bytes).Span)!.AsObject();
        if (config.PadTokenId is { } pad)
            json["pad_token_id"] = pad;
        // Whichever spelling of the type is there stays the one; transformers 5 writes the short one.
        var hub = json.ContainsKey("torch_dtype");
        if (hub)
            json["torch_dtype"] = WeightTypes.Name(config.Dtype);
        if (!hub || json.ContainsKey("dtype"))
            json["dtype"] = WeightTypes.Name(config.Dtype);
        return json;
    }

    private static void Write(string folder, JsonObject json, BackboneConfig config)
    {
        var text = Sorted(json).ToJsonString(Layout) + "\n";
        var file = Path.Combine(folder, ModelFolder.ConfigFileName);
        using (var document = ConfigDocument.Parse(Encoding.UTF8.GetBytes(text), file))
            if (
                BackboneConfigReader.Read(document) is var written
                && written with { PadTokenId = config.PadTokenId } != config
            )
                throw new ArgumentException(
                    $"The config to be written reads as another model: {written} instead of {config}.",
                    nameof(config)
                );
        AtomicFile.WriteText(file, text);
    }

    // As transformers writes them, so that a comparison with its files shows only what differs.
    private static JsonObject Sorted(JsonObject json) =>
        new(
            json.OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair =>
                    KeyValuePair.Create(
                        pair.Key,
                        pair.Value is JsonObject inner ? Sorted(inner) : pair.Value?.DeepClone()
                    )
                )
        );
}
