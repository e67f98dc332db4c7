using System.Globalization;
using Concord.Modeling.Adapters;
using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using Concord.Modeling.Opening;
using Concord.Modeling.Operations;
using Concord.Records;
using TorchSharp;

namespace Concord.Modeling.Rewards;

/// <summary>Opens Hugging Face folders, and folders of LoRA adapters beside a base, as reward models.</summary>
internal static class RewardModelLoader
{
    private const string HeadName = ModelTensors.RewardHeadName;

    /// <summary>Opens a folder, or that of a run for its model.</summary>
    /// <exception cref="ConcordException">The folder is no such model; the message names file and tensor.</exception>
    public static RewardModel Load(string folder, RewardModelOptions options, IOperations operations)
    {
        folder = RunContents.ModelOf(folder);
        if (!AdapterConfigFile.IsIn(folder))
            return LoadWhole(folder, folder, options, operations, null);
        using var adapter = AdapterFolder.Open(folder);
        using var scope = torch.NewDisposeScope();
        // an adapter without a head takes the base's; LoadWhole says what is missing where that has none either
        var model = LoadWhole(adapter.BaseFolder, folder, options, operations, adapter.Tensors);
        try
        {
            model.UseAdapters(adapter.PutOn(model.Backbone, options.Device));
            model.Notes =
            [
                .. model.Notes,
                .. OpeningNotes.OfWrappers(adapter.Tensors, AdapterConfigFile.Prefix),
                .. adapter.Config.Notes,
                .. adapter.Finish(),
                .. OpeningNotes.OfAdapterFiles(folder),
            ];
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
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
        using var adapter = AdapterFolder.Open(folder);
        using var scope = torch.NewDisposeScope();
        var head = adapter.Tensors.Load(HeadName, [1, backbone.Config.HiddenSize], torch.ScalarType.Float32);
        var set = adapter.PutOn(backbone, device);
        adapter.Finish();
        return (set, head.to(device).DetachFromDisposeScope());
    }

    private static RewardModel LoadWhole(
        string folder,
        string settingsFolder,
        RewardModelOptions options,
        IOperations operations,
        CheckpointReader? adapter
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
        BackboneFactory.Check(reader, config);
        using var scope = torch.NewDisposeScope();
        var head = Head(reader, adapter, config, options.HeadSeed is not null);
        var parameter = new Parameter(HeadName, head.Weight.to(options.Device), WeightLayout.Single(HeadName, 1));
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
            HeadOrigin = head.Origin,
            Settings = settings with
            {
                Pooling = PoolingNames.Of(pooling),
                Dialogues = options.Dialogues ?? settings.Dialogues,
                RewardConstant = head.Constant ?? settings.RewardConstant,
            },
            Notes =
            [
                .. ConfigNotes.Of(folder, config),
                .. OpeningNotes.OfWrappers(reader),
                .. head.Notes,
                .. OpeningNotes.OfSettings(settings),
                .. OpeningNotes.OfFiles(folder, reader.Files, head.File),
            ],
        };
    }

    private sealed record HeadFound(
        torch.Tensor Weight,
        double? Constant,
        string? File,
        string Origin,
        IReadOnlyList<string> Notes
    );

    // The adapter's, else the base's, else a new one of zeros where the caller takes one.
    private static HeadFound Head(CheckpointReader reader, CheckpointReader? adapter, BackboneConfig config, bool fresh)
    {
        var own = adapter is null
            ? null
            : RewardHeadPlace.Find(adapter, AdapterFolder.IsAdapterTensor, config.HiddenSize);
        var known = BackboneFactory.KnownNames(config);
        var inBase = RewardHeadPlace.Find(reader, known, config.HiddenSize);
        // that of the base is dropped where the adapter has one, and counts as read
        var baseHead = inBase?.Load(reader);
        if ((own ?? inBase) is { } place)
        {
            var (weight, constant) = own is null ? baseHead!.Value : own.Load(adapter!);
            string[] notes = constant is { } added
                ?
                [
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The reward head has a bias: {added:g6} is added to every reward. No comparison depends on it; a "
                            + $"model saved from this one keeps it in {ModelFolder.SettingsFileName}, which transformers "
                            + $"does not read."
                    ),
                ]
                : [];
            return new(weight, constant, place.File, $"{place}", notes);
        }
        return fresh
            ? new(
                torch.zeros(1, config.HiddenSize),
                null,
                null,
                "made new, all zeros whatever the seed: the folder has none",
                []
            )
            : throw new ConcordException(
                $"{adapter?.Folder ?? reader.Folder} has no reward head: tensor \"{HeadName}\" of shape [1, "
                    + $"{config.HiddenSize}] is missing, and no other tensor has that shape. "
                    + (
                        RewardHeadPlace.AnyPickled(adapter?.Folder ?? reader.Folder) is { } pickled
                            ? $"{pickled} may hold it, and is not read, since it can run code: save its tensors as safetensors."
                            : "Name a reward model's folder, or train one from this folder first (concord train)."
                    )
            );
    }
}
