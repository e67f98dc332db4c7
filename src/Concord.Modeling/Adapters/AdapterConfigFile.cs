using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Concord.Foundation;
using Concord.Modeling.Files;

namespace Concord.Modeling.Adapters;

/// <summary><c>adapter_config.json</c> of a PEFT folder.</summary>
/// <param name="Lora">Rank, scale, names of the layers where they are a list.</param>
/// <param name="Modules">Which modules have an adapter, and of which rank and alpha.</param>
/// <param name="BaseModel">Where the base model is, as written: an absolute path, a relative one, or a name of the
/// Hub.</param>
internal sealed record AdapterConfigFile(LoraSettings Lora, AdapterModules Modules, string BaseModel)
{
    /// <summary>The file's name.</summary>
    public const string Name = "adapter_config.json";

    /// <summary>The file of the tensors.</summary>
    public const string WeightsName = "adapter_model.safetensors";

    /// <summary>What PEFT's names of tensors begin with.</summary>
    public const string Prefix = "base_model.model.";

    /// <summary>The largest rank that is read.</summary>
    public const int LargestRank = 1 << 16;

    // As in peft's LoraConfig.
    private const int DefaultRank = 8,
        DefaultAlpha = 8;

    // They draw A and B and leave the base as it is; its tensors say what came of them.
    private static readonly string[] HarmlessBeginnings = ["gaussian", "eva", "orthogonal", "mica", "default"];

    /// <summary>The revision of the base model on the Hub; null for its main one.</summary>
    public string? Revision { get; init; }

    /// <summary>What was found beside what is read, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Whether a folder holds an adapter.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, Name));

    /// <summary>Reads the file of a folder.</summary>
    /// <exception cref="ConcordException">It is no LoRA adapter this library can apply as peft does; the message names
    /// the key.</exception>
    public static AdapterConfigFile Read(string folder)
    {
        using var config = ConfigDocument.Load(Path.Combine(folder, Name));
        if (config.Text("peft_type") != "LORA")
            throw config.Wrong(
                "peft_type",
                $"\"LORA\": adapters of other kinds are not computed here. {AdapterKeys.Merge}"
            );
        var unknown = AdapterKeys.Check(config);
        CheckBeginning(config);
        if (config.Text("bias") is not (null or "none" or "all" or "lora_only"))
            throw config.Wrong("bias", "none, all or lora_only");
        var settings = new LoraSettings
        {
            Rank = config.Integer("r", 1, LargestRank) ?? DefaultRank,
            Alpha = config.Number("lora_alpha") ?? DefaultAlpha,
            RankStabilised = config.Boolean("use_rslora") ?? false,
            Targets =
                config.Has("target_modules") && !config.IsText("target_modules") ? config.Texts("target_modules")! : [],
        };
        return new AdapterConfigFile(
            settings,
            AdapterModules.Read(config),
            config.Text("base_model_name_or_path") ?? ""
        )
        {
            Revision = config.Text("revision"),
            Notes = unknown is null ? [] : [unknown],
        };
    }

    /// <summary>Writes the file into a folder, as PEFT reads it.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="set">The adapters.</param>
    /// <param name="linearLayers">The modules of the model's linear layers, with an adapter or without.</param>
    /// <param name="baseFolder">The base model's folder, absolute: PEFT takes a relative path from the folder it is
    /// called in.</param>
    public static void Write(string folder, AdapterSet set, IReadOnlyList<string> linearLayers, string baseFolder)
    {
        var json = new JsonObject
        {
            ["peft_type"] = "LORA",
            ["task_type"] = "SEQ_CLS",
            ["base_model_name_or_path"] = baseFolder,
            ["r"] = set.Settings.Rank,
            ["lora_alpha"] = set.Settings.Alpha,
            ["lora_dropout"] = 0.0,
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["use_rslora"] = set.Settings.RankStabilised,
            ["inference_mode"] = true,
            ["target_modules"] = new JsonArray([.. Targets(set, linearLayers).Select(target => (JsonNode)target)]),
            ["rank_pattern"] = Pattern(set, one => one.Rank, set.Settings.Rank),
            ["alpha_pattern"] = Pattern(set, one => one.Alpha, set.Settings.Alpha),
            ["modules_to_save"] = new JsonArray("score"),
        };
        AtomicFile.WriteText(
            Path.Combine(folder, Name),
            json.ToJsonString(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n" }) + "\n"
        );
    }

    // short names where all layers of those names have an adapter, else whole ones
    private static string[] Targets(AdapterSet set, IReadOnlyList<string> linearLayers)
    {
        string[] adapted = [.. set.Modules.Select(one => one.Module)];
        string[] names = [.. adapted.Select(Short).Distinct(StringComparer.Ordinal)];
        return linearLayers.Count(layer => names.Contains(Short(layer))) == adapted.Length ? names : adapted;

        static string Short(string module) => module[(module.LastIndexOf('.') + 1)..];
    }

    private static JsonObject Pattern(
        AdapterSet set,
        Func<(string Module, int Rank, double Alpha), double> value,
        double other
    ) =>
        new(
            set.Modules.Where(one => value(one) != other)
                .Select(one => KeyValuePair.Create(Regex.Escape(one.Module), (JsonNode?)value(one)))
        );

    private static void CheckBeginning(ConfigDocument config)
    {
        const string key = "init_lora_weights";
        if (!config.Has(key) || !config.IsText(key))
        {
            config.Boolean(key);
            return;
        }
        if (HarmlessBeginnings.Contains(config.Text(key), StringComparer.OrdinalIgnoreCase))
            return;
        throw config.Wrong(
            key,
            "a beginning that leaves the base model as it is (true, false, gaussian, eva, orthogonal, mica): PiSSA, "
                + "OLoRA, CorDA, LoftQ and LoRA-GA change the base's weights, so that the adapter does not fit the base "
                + "as it was published. Save it with path_initial_model_for_weight_conversion in peft, or add it to its "
                + "base there (merge_and_unload) and save the whole model"
        );
    }
}
