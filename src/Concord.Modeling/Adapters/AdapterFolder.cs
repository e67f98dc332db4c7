using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using Concord.Records;
using TorchSharp;

namespace Concord.Modeling.Adapters;

/// <summary>An open folder in PEFT's form: its config, its tensors, and where its base model is.</summary>
internal sealed class AdapterFolder : IDisposable
{
    private AdapterFolder(string folder, AdapterConfigFile config, string baseFolder, CheckpointReader tensors) =>
        (Folder, Config, BaseFolder, Tensors) = (folder, config, baseFolder, tensors);

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>What <c>adapter_config.json</c> says.</summary>
    public AdapterConfigFile Config { get; }

    /// <summary>The folder of the base model.</summary>
    public string BaseFolder { get; }

    /// <summary>The tensors, under their names without <c>base_model.model.</c>.</summary>
    public CheckpointReader Tensors { get; }

    /// <summary>Opens a folder; no weight is read.</summary>
    /// <exception cref="ConcordException">It is none, its adapter is of a kind that is not computed here, or its base
    /// is not found.</exception>
    public static AdapterFolder Open(string folder)
    {
        var config = AdapterConfigFile.Read(folder);
        var weights = Path.Combine(folder, AdapterConfigFile.WeightsName);
        if (!File.Exists(weights))
            throw new ConcordException(NoWeights(folder));
        var baseFolder = AdapterBase.Find(folder, config, ConcordModelSettings.Read(folder)?.AdapterBase);
        return new(folder, config, baseFolder, CheckpointReader.OpenFile(weights, AdapterConfigFile.Name));
    }

    /// <summary>Whether a tensor is an adapter's, and not the head's or a whole module's.</summary>
    public static bool IsAdapterTensor(string name) => name.Contains(".lora_", StringComparison.Ordinal);

    /// <summary>The short name of the module whose adapter a tensor is.</summary>
    public static string ModuleOf(string name)
    {
        var module = name[..name.IndexOf(".lora_", StringComparison.Ordinal)];
        return module[(module.LastIndexOf('.') + 1)..];
    }

    /// <summary>The folder of an adapter's base.</summary>
    /// <exception cref="ConcordException">It is not found, or the config cannot be read.</exception>
    public static string BaseOf(string folder) =>
        AdapterBase.Find(folder, AdapterConfigFile.Read(folder), ConcordModelSettings.Read(folder)?.AdapterBase);

    /// <summary>Puts the adapters on a backbone; what they need counts as read.</summary>
    /// <exception cref="ConcordException">A tensor is missing or otherwise shaped.</exception>
    public AdapterSet PutOn(IBackbone backbone, torch.Device device)
    {
        // of a model without a head (FEATURE_EXTRACTION) peft's names lack the backbone's own prefix
        var prefix = backbone.Embedding.Name[..(backbone.Embedding.Name.IndexOf('.', StringComparison.Ordinal) + 1)];
        var bare = !Tensors.Names.Any(name => name.StartsWith(prefix, StringComparison.Ordinal));
        var set = AdapterSet.Load(
            backbone,
            Config,
            target => bare ? target.Module[prefix.Length..] : target.Module,
            (name, shape) => Tensors.Load(name, shape, torch.ScalarType.Float32).to(device)
        );
        return set.Modules.Count > 0
            ? set
            : throw new ConcordException(
                $"{Path.Combine(Folder, AdapterConfigFile.Name)}: target_modules name no linear layer of the base model; "
                    + $"it has {AdapterSet.ShortNames(backbone)}. Check that the base is the right one."
            );
    }

    /// <summary>Ends the reading: every tensor must have been read, or be one that no reward needs.</summary>
    /// <returns>Sentences about what was left aside.</returns>
    /// <exception cref="ConcordException">Some tensor means something that is not computed here; the message names
    /// it.</exception>
    public IReadOnlyList<string> Finish()
    {
        IReadOnlyList<string> left = Tensors.Left();
        string[] language = [.. left.Where(IsOfLanguageHead)];
        string[] others = [.. left.Except(language)];
        if (others.Length > 0)
            throw new ConcordException(
                $"{Tensors.Files[0]} holds {(others.Length == 1 ? "a tensor" : $"{others.Length} tensors")} that cannot be "
                    + $"applied: {Tensors.Listed(others)}. {Why(others[0])}"
            );
        return language.Length == 0
            ? []
            :
            [
                $"{Tensors.Files[0]}: left aside, since a reward needs no projection to the vocabulary: {Tensors.Listed(language)}.",
            ];
    }

    public void Dispose() => Tensors.Dispose();

    private static bool IsOfLanguageHead(string name) =>
        BackboneFactory.VocabularyProjections.Any(projection =>
            name.StartsWith(projection[..(projection.LastIndexOf('.') + 1)], StringComparison.Ordinal)
        );

    private static string Why(string name) =>
        name.Contains("lora_magnitude_vector", StringComparison.Ordinal)
            ? $"They are DoRA's magnitudes. {AdapterKeys.Merge}."
        : name.Contains("lora_embedding_", StringComparison.Ordinal)
            ? $"It is an adapter on the embedding, which is not computed here. {AdapterKeys.Merge}."
        : name.EndsWith(".bias", StringComparison.Ordinal)
            ? $"It is a bias that was trained with the adapter ({AdapterConfigFile.Name}: bias), which is not applied "
                + $"here. {AdapterKeys.Merge}."
        : name.Contains(".lora_", StringComparison.Ordinal)
            ? $"Check that {AdapterConfigFile.Name} names the right base model and target_modules."
        : $"It is a part of the base that was trained whole ({AdapterConfigFile.Name}: modules_to_save), which is not "
            + $"applied here. {AdapterKeys.Merge}.";

    private static string NoWeights(string folder)
    {
        var missing = $"{Path.Combine(folder, AdapterConfigFile.WeightsName)} does not exist";
        return File.Exists(Path.Combine(folder, "adapter_model.bin"))
            ? $"{missing}. The folder holds adapter_model.bin, which is not read, since it can run code: save the adapter "
                + $"as safetensors (peft does so by itself when it saves an adapter it has opened)."
            : $"{missing}; the tensors of the adapter were expected there. Copy or download them again.";
    }
}
