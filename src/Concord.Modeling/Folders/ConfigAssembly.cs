using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Concord.Modeling.Backbones;
using Concord.Modeling.Files;

namespace Concord.Modeling.Folders;

/// <summary>
/// A model config put together from a preset or a file and single keys set on top, as <c>concord model init
/// --config</c> takes it.
/// </summary>
public sealed class ConfigAssembly
{
    private const string Assembled = "the config put together";

    private static readonly string[] ThetaKeys =
    [
        .. BackboneFamilies.All.Select(family => family.RopeThetaKey).Distinct(),
    ];

    private static readonly string[] FractionKeys =
    [
        .. BackboneFamilies.All.Select(family => family.RotaryFractionKey).Distinct(),
    ];

    // What a config of the known families can set; any other key would be silently without effect.
    private static readonly string[] Settable =
    [
        "model_type",
        "hidden_size",
        "num_hidden_layers",
        "num_attention_heads",
        "num_key_value_heads",
        "head_dim",
        "intermediate_size",
        "vocab_size",
        "max_position_embeddings",
        "hidden_act",
        "rope_scaling",
        "rope_parameters",
        .. ThetaKeys,
        .. FractionKeys,
        .. BackboneFamilies.All.Select(family => family.EpsilonKey).Distinct(),
        .. BackboneFamilies.All.SelectMany(family => family.OwnKeys).Distinct(),
        "tie_word_embeddings",
        "bos_token_id",
        "eos_token_id",
        "pad_token_id",
        "dtype",
        "torch_dtype",
    ];

    private readonly JsonObject json;
    private readonly string name;

    private ConfigAssembly(JsonObject json, string name) => (this.json, this.name) = (json, name);

    /// <summary>The keys <see cref="Set"/> takes.</summary>
    public static IReadOnlyList<string> SettableKeys => Settable;

    /// <summary>Starts from nothing.</summary>
    public static ConfigAssembly Empty() => new([], Assembled);

    /// <summary>Starts from a preset.</summary>
    public static ConfigAssembly From(BackboneConfig preset) => new(FreshConfig.Of(preset), Assembled);

    /// <summary>Starts from a <c>config.json</c> of any name, or a folder with one; its keys are kept.</summary>
    /// <exception cref="ConcordException">There is no such file, or it is not valid JSON.</exception>
    public static ConfigAssembly FromFile(string file)
    {
        if (Directory.Exists(file))
            file = Path.Combine(file, ModelFolder.ConfigFileName);
        var bytes = ConfigDocument.ReadBytes(file);
        ConfigDocument.Parse(bytes, file).Dispose();
        return new(JsonNode.Parse(ConfigDocument.WithoutMark(bytes).Span)!.AsObject(), file);
    }

    /// <summary>Sets one key; the value is JSON, or else a text.</summary>
    /// <exception cref="ArgumentException">No such key is known.</exception>
    public ConfigAssembly Set(string key, string value)
    {
        if (!Settable.Contains(key))
            throw new ArgumentException($"{key} is no key of a model config.", nameof(key));
        // A preset says everything in both spellings: the one that is set must not be contradicted by the other.
        foreach (var other in Contradicted(key))
            json.Remove(other);
        try
        {
            json[key] = JsonNode.Parse(
                value,
                documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }
            );
        }
        catch (JsonException)
        {
            json[key] = value;
        }
        return this;
    }

    /// <summary>The record.</summary>
    /// <exception cref="ConcordException">A value is missing or does not fit.</exception>
    public BackboneConfig Read()
    {
        using var document = ConfigDocument.Parse(Bytes(), name);
        return BackboneConfigReader.Read(document);
    }

    internal void Write(string folder, BackboneConfig config) =>
        ModelConfigFile.WriteLanguageModel(folder, config, Bytes(), name);

    private byte[] Bytes() => Encoding.UTF8.GetBytes(json.ToJsonString());

    private string[] Contradicted(string key)
    {
        switch (key)
        {
            case "dtype":
                return ["torch_dtype"];
            case "torch_dtype":
                return ["dtype"];
            case "hidden_size" or "num_attention_heads" when name == Assembled:
                return ["head_dim"];
            case "rope_parameters":
                return ["rope_scaling", .. ThetaKeys, .. FractionKeys];
            case "rope_scaling":
                return Spelled(["rope_scaling"]);
            default:
                return ThetaKeys.Contains(key) ? Spelled(ThetaKeys)
                    : FractionKeys.Contains(key) ? Spelled(FractionKeys)
                    : [];
        }
    }

    private string[] Spelled(string[] keys)
    {
        if (json["rope_parameters"] is JsonObject parameters)
            Spell(parameters);
        return ["rope_parameters", .. keys];
    }

    // The newer spelling wins where both are there: what it says is carried into the older one, which is about to
    // change.
    private void Spell(JsonObject parameters)
    {
        var scaling = parameters.DeepClone().AsObject();
        Carry("rope_theta", ThetaKeys);
        Carry("partial_rotary_factor", FractionKeys);
        json["rope_scaling"] =
            scaling["rope_type"] is JsonValue type && type.TryGetValue(out string? rule) && rule != "default"
                ? scaling
                : null;

        void Carry(string from, string[] to)
        {
            if (parameters[from] is { } value)
                foreach (var key in to)
                    json[key] = value.DeepClone();
            scaling.Remove(from);
        }
    }
}
