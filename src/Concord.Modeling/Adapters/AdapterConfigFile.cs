using System.Text.Json;
using System.Text.Json.Nodes;
using Concord.Foundation;

namespace Concord.Modeling.Adapters;

/// <summary><c>adapter_config.json</c> of a PEFT folder.</summary>
/// <param name="Lora">Rank, scale, targets.</param>
/// <param name="BaseModel">Where the base model is, as written: an absolute path, one relative to the adapter's folder,
/// or a name of the Hub.</param>
internal sealed record AdapterConfigFile(LoraSettings Lora, string BaseModel)
{
    /// <summary>The file's name.</summary>
    public const string Name = "adapter_config.json";

    /// <summary>The file of the tensors.</summary>
    public const string WeightsName = "adapter_model.safetensors";

    /// <summary>The reward head, (1, H), in that file: PEFT keeps <c>score</c> beside the adapters.</summary>
    public const string HeadName = "base_model.model.score.weight";

    /// <summary>Whether a folder holds an adapter.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, Name));

    /// <summary>Reads the file of a folder.</summary>
    /// <exception cref="ConcordException">It is no LoRA adapter this library can apply exactly.</exception>
    public static AdapterConfigFile Read(string folder)
    {
        var file = Path.Combine(folder, Name);
        try
        {
            var json =
                JsonNode.Parse(File.ReadAllText(file)) as JsonObject
                ?? throw new ConcordException($"{file}: expected a JSON object.");
            Expect("peft_type", json["peft_type"]?.GetValue<string>() == "LORA", "\"LORA\"");
            Expect("bias", (json["bias"]?.GetValue<string>() ?? "none") == "none", "\"none\"");
            Expect("fan_in_fan_out", !Flag("fan_in_fan_out"), "false");
            Expect("use_dora", !Flag("use_dora"), "false");
            var rank = json["r"]?.GetValue<int>() ?? 0;
            Expect("r", rank is >= 1 and <= 65536, "a rank of 1 or more");
            var targets = json["target_modules"] switch
            {
                JsonArray list => list.Select(item => item!.GetValue<string>()).ToArray(),
                JsonValue value when value.GetValue<string>() == "all-linear" => [],
                _ => throw new ConcordException(
                    $"{file}: target_modules: expected a list of layer names, or \"all-linear\"."
                ),
            };
            var settings = new LoraSettings
            {
                Rank = rank,
                Alpha = json["lora_alpha"]?.GetValue<double>() ?? rank,
                RankStabilised = Flag("use_rslora"),
                Targets = targets,
            };
            return new AdapterConfigFile(settings, json["base_model_name_or_path"]?.GetValue<string>() ?? "");

            bool Flag(string key) => json[key]?.GetValue<bool>() ?? false;

            void Expect(string key, bool holds, string expected)
            {
                if (!holds)
                    throw new ConcordException(
                        $"{file}: {key}: expected {expected}; found {json[key]?.ToJsonString() ?? "nothing"}."
                    );
            }
        }
        catch (Exception error)
            when (error
                    is JsonException
                        or InvalidOperationException
                        or FormatException
                        or IOException
                        or UnauthorizedAccessException
            )
        {
            throw new ConcordException(
                $"{file} cannot be read as the configuration of a LoRA adapter: {error.Message}",
                error
            );
        }
    }

    /// <summary>Writes the file into a folder, as PEFT reads it.</summary>
    public void Write(string folder, IEnumerable<string> targets)
    {
        var json = new JsonObject
        {
            ["peft_type"] = "LORA",
            ["task_type"] = "SEQ_CLS",
            ["base_model_name_or_path"] = BaseModel,
            ["r"] = Lora.Rank,
            ["lora_alpha"] = Lora.Alpha,
            ["lora_dropout"] = 0.0,
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["use_rslora"] = Lora.RankStabilised,
            ["inference_mode"] = true,
            ["target_modules"] = new JsonArray([.. targets.Select(target => (JsonNode)target)]),
            ["modules_to_save"] = new JsonArray("score"),
        };
        AtomicFile.WriteText(
            Path.Combine(folder, Name),
            json.ToJsonString(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n" }) + "\n"
        );
    }

    /// <summary>The base model's folder.</summary>
    /// <exception cref="ConcordException">There is no such folder.</exception>
    public string FindBase(string folder)
    {
        foreach (var candidate in (string[])[Path.Combine(folder, BaseModel), BaseModel])
            if (BaseModel.Length > 0 && Directory.Exists(candidate))
                return candidate;
        throw new ConcordException(
            $"{Path.Combine(folder, Name)}: base_model_name_or_path '{BaseModel}' is no folder here. Put the base "
                + $"model's folder there, or write its path into the file."
        );
    }
}
