using Concord.Modeling.Adapters;
using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using Concord.Modeling.Operations;
using Concord.Records;
using TorchSharp;

namespace Concord.Modeling.Rewards;

/// <summary>Opens Hugging Face folders, and folders of LoRA adapters beside a base, as reward models.</summary>
internal static class RewardModelLoader
{
    private const string HeadName = ModelTensors.RewardHeadName;
    private const string AdapterHeadName = AdapterConfigFile.HeadName;

    /// <summary>Opens a folder.</summary>
    /// <exception cref="ConcordException">The folder is no such model; the message names file and tensor.</exception>
    public static RewardModel Load(string folder, RewardModelOptions options, IOperations operations)
    {
        if (!AdapterConfigFile.IsIn(folder))
            return LoadWhole(folder, folder, options, operations, null);
        var adapter = AdapterConfigFile.Read(folder);
        using var file = SafetensorsFile.Open(Path.Combine(folder, AdapterConfigFile.WeightsName));
        using var scope = torch.NewDisposeScope();
        // an adapter without a head takes the base's; LoadWhole says what is missing where that has none either
        var head = file.Contains(AdapterHeadName) ? file.Load(AdapterHeadName, torch.ScalarType.Float32) : null;
        var model = LoadWhole(adapter.FindBase(folder), folder, options, operations, head);
        model.UseAdapters(ReadAdapters(adapter, file, model.Backbone, options.Device));
        return model;
    }

    /// <summary>
    /// The adapters and the head of a folder, over a base that is in memory already. The adapters are on its layers;
    /// the head is the caller's.
    /// </summary>
    /// <exception cref="ConcordException">The folder holds no such adapters; the message names file and
    /// tensor.</exception>
    public static (AdapterSet Adapters, torch.Tensor Head) LoadAdapters(
        string folder,
        IBackbone backbone,
        torch.Device device
    )
    {
        var adapter = AdapterConfigFile.Read(folder);
        adapter.FindBase(folder);
        using var file = SafetensorsFile.Open(Path.Combine(folder, AdapterConfigFile.WeightsName));
        using var scope = torch.NewDisposeScope();
        return (
            ReadAdapters(adapter, file, backbone, device),
            file.Load(AdapterHeadName, torch.ScalarType.Float32).to(device).DetachFromDisposeScope()
        );
    }

    private static AdapterSet ReadAdapters(
        AdapterConfigFile adapter,
        SafetensorsFile file,
        IBackbone backbone,
        torch.Device device
    )
    {
        var weights = file.Path;
        var used = new HashSet<string> { AdapterHeadName };
        var set = AdapterSet.Load(backbone, adapter.Lora, Take);
        if (file.Names.FirstOrDefault(name => !used.Contains(name)) is { } left)
            throw new ConcordException(
                $"{weights} holds a tensor this model has no place for: \"{left}\". Check that "
                    + $"{AdapterConfigFile.Name} names the right base model and target_modules."
            );
        return set;

        torch.Tensor Take(string name, long[] shape)
        {
            if (!file.Contains(name))
                throw new ConcordException(
                    $"{weights} has no tensor \"{name}\"; {AdapterConfigFile.Name} asks for it by target_modules."
                );
            if (!file.Shape(name).SequenceEqual(shape))
                throw new ConcordException(
                    $"{weights}: tensor \"{name}\" has shape [{string.Join(", ", file.Shape(name))}]; expected "
                        + $"[{string.Join(", ", shape)}]."
                );
            used.Add(name);
            return file.Load(name, torch.ScalarType.Float32).to(device);
        }
    }

    private static RewardModel LoadWhole(
        string folder,
        string settingsFolder,
        RewardModelOptions options,
        IOperations operations,
        torch.Tensor? adapterHead
    )
    {
        var config = BackboneConfig.Read(folder);
        var settings =
            ConcordModelSettings.Read(settingsFolder)
            ?? ConcordModelSettings.Read(folder)
            ?? new ConcordModelSettings();
        var pooling =
            options.Pooling
            ?? PoolingNames.Parse(settings.Pooling, Path.Combine(settingsFolder, ModelFolder.SettingsFileName));
        using var reader = CheckpointReader.Open(folder);
        using var scope = torch.NewDisposeScope();
        long[] shape = [1, config.HiddenSize];
        var head = reader.Contains(HeadName) ? reader.Load(HeadName, shape, torch.ScalarType.Float32) : null;
        if (adapterHead is not null)
        {
            if (!adapterHead.shape.SequenceEqual(shape))
                throw new ConcordException(
                    $"{settingsFolder}: tensor \"{AdapterHeadName}\" has shape "
                        + $"[{string.Join(", ", adapterHead.shape)}]; expected [1, {config.HiddenSize}]."
                );
            head = adapterHead;
        }
        head ??= options.HeadSeed is not null
            ? torch.zeros(shape)
            : throw new ConcordException(
                $"{folder} has no reward head: tensor \"{HeadName}\" of shape [1, {config.HiddenSize}] is missing. "
                    + $"Name a reward model's folder, or train one from this folder first (concord train)."
            );
        var parameter = new Parameter(HeadName, head.to(options.Device), WeightLayout.Single(HeadName, 1));
        var backbone = BackboneFactory.Load(
            config,
            reader,
            options.WeightType,
            options.Device,
            BackboneFactory.VocabularyProjections
        );
        return new RewardModel(backbone, parameter, pooling, operations)
        {
            SourceFolder = folder,
            Folder = settingsFolder,
            AskedRendering = options.Rendering,
            Settings = settings with
            {
                Pooling = PoolingNames.Of(pooling),
                Dialogues = options.Dialogues ?? settings.Dialogues,
            },
        };
    }
}
