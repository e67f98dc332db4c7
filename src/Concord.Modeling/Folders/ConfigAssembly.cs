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
        "rms_norm_eps",
        "layer_norm_eps",
        "rope_theta",
        "rope_scaling",
        "rope_parameters",
        "rotary_pct",
        "rotary_emb_base",
        "use_parallel_residual",
        "attention_bias",
        "mlp_bias",
        "sliding_window",
        "use_sliding_window",
        "max_window_layers",
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

    private IEnumerable<string> Contradicted(string key)
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
                return ["rope_theta", "rope_scaling", "rotary_pct", "rotary_emb_base"];
            case "rope_theta" or "rope_scaling" or "rotary_pct" or "rotary_emb_base":
                if (json["rope_parameters"] is JsonObject parameters)
                    Spell(parameters);
                return
                [
                    "rope_parameters",
                    key switch
                    {
                        "rope_theta" => "rotary_emb_base",
                        "rotary_emb_base" => "rope_theta",
                        _ => key,
                    },
                ];
            default:
                return [];
        }
    }

    // The newer spelling wins where both are there: what it says is carried into the older one, which is about to
    // change.
    private void Spell(JsonObject parameters)
    {
        var scaling = parameters.DeepClone().AsObject();
        foreach (var key in (string[])["rope_theta", "rotary_emb_base"])
            if (parameters["rope_theta"] is { } theta)
                json[key] = theta.DeepClone();
        if (parameters["partial_rotary_factor"] is { } fraction)
            json["rotary_pct"] = fraction.DeepClone();
        scaling.Remove("rope_theta");
        scaling.Remove("partial_rotary_factor");
        json["rope_scaling"] =
            scaling["rope_type"] is JsonValue type && type.TryGetValue(out string? rule) && rule != "default"
                ? scaling
                : null;
    }
}
