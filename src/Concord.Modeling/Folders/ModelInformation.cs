using Concord.Modeling.Adapters;
using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using Concord.Modeling.Opening;
using Concord.Records;
using TorchSharp;

namespace Concord.Modeling.Folders;

/// <summary>What a model folder holds, found without reading a weight.</summary>
public sealed record ModelInformation
{
    /// <summary>The folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The shape.</summary>
    public required BackboneConfig Config { get; init; }

    /// <summary>Number of weights of the backbone, exactly.</summary>
    public required long BackboneParameters { get; init; }

    /// <summary>Number of weights of an output projection of its own, as stored; 0 where there is none.</summary>
    public required long LanguageModelHeadParameters { get; init; }

    /// <summary>Number of weights of the reward head; 0 where there is none.</summary>
    public required long RewardHeadParameters { get; init; }

    /// <summary>Where the reward head stands, for people; null where there is none.</summary>
    public string? RewardHead { get; init; }

    /// <summary>The adapter, where the folder is an adapter's; shape and weights are then those of its base.</summary>
    public AdapterInformation? Adapter { get; init; }

    /// <summary>What is out of the ordinary in the folder, a sentence each: names of wrappers, files and keys left
    /// aside.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Name and bytes of each file of weights; empty where the folder has only a config.</summary>
    public required IReadOnlyList<(string Name, long Bytes)> WeightFiles { get; init; }

    /// <summary>Elements stored by type (<c>F32</c>, <c>BF16</c>, ..); buffers that are no weights included.</summary>
    public required IReadOnlyDictionary<string, long> StoredTypes { get; init; }

    /// <summary>The type most weights are stored in; the config's where there are none.</summary>
    public torch.ScalarType StoredType =>
        StoredTypes.Count == 0
            ? Config.Dtype
            : StoredTypes.MaxBy(type => type.Value).Key switch
            {
                "BF16" => torch.ScalarType.BFloat16,
                "F16" => torch.ScalarType.Float16,
                _ => torch.ScalarType.Float32,
            };

    /// <summary>Whether the folder can tokenise text.</summary>
    public required bool HasTokenizer { get; init; }

    /// <summary>Whether the folder has a chat template.</summary>
    public required bool HasChatTemplate { get; init; }

    /// <summary>What <c>concord.json</c> says, or null.</summary>
    public required ConcordModelSettings? Settings { get; init; }

    /// <summary>All weights.</summary>
    public long Parameters => BackboneParameters + LanguageModelHeadParameters + RewardHeadParameters;

    /// <summary>Whether there is a reward head: whether the folder can score.</summary>
    public bool HasRewardHead => RewardHeadParameters > 0;

    /// <summary>
    /// Reads config and headers, and checks that every tensor the shape asks for is there in its shape.
    /// </summary>
    /// <exception cref="ConcordException">The folder is no model, or its weights do not fit its config.</exception>
    public static ModelInformation Read(string folder)
    {
        folder = RunContents.ModelOf(folder);
        if (!AdapterConfigFile.IsIn(folder))
            return ReadWhole(folder);
        using var adapter = AdapterFolder.Open(folder);
        var whole = ReadWhole(adapter.BaseFolder);
        var notes = new List<string>([.. whole.Notes, .. adapter.Config.Notes]);
        var head = Head(adapter.Tensors, AdapterFolder.IsAdapterTensor, whole.Config, notes);
        string[] tensors = [.. adapter.Tensors.Names.Where(AdapterFolder.IsAdapterTensor)];
        notes.AddRange(OpeningNotes.OfAdapterFiles(folder));
        return whole with
        {
            Folder = folder,
            RewardHead = head?.ToString() ?? whole.RewardHead,
            RewardHeadParameters = head is null ? whole.RewardHeadParameters : whole.Config.HiddenSize,
            Adapter = new AdapterInformation(
                adapter.BaseFolder,
                adapter.Config.BaseModel,
                adapter.Config.Lora.Rank,
                adapter.Config.Lora.Alpha,
                adapter.Config.Lora.RankStabilised,
                tensors.Length,
                tensors.Sum(name => Count(adapter.Tensors, name)),
                [.. tensors.Select(AdapterFolder.ModuleOf).Distinct(StringComparer.Ordinal)]
            ),
            HasTokenizer = whole.HasTokenizer || ModelFolder.HasTokenizer(folder),
            HasChatTemplate = whole.HasChatTemplate || ModelFolder.HasChatTemplate(folder),
            Settings = ConcordModelSettings.Read(folder) ?? whole.Settings,
            Notes = notes,
        };
    }

    private static ModelInformation ReadWhole(string folder)
    {
        var config = BackboneConfig.Read(folder);
        var withWeights =
            File.Exists(Path.Combine(folder, ModelFolder.WeightsFileName))
            || File.Exists(Path.Combine(folder, ModelFolder.WeightsIndexFileName));
        using var reader = withWeights ? CheckpointReader.Open(folder) : null;
        if (reader is not null)
            BackboneFactory.Check(reader, config);
        var notes = new List<string>([
            .. ConfigNotes.Of(folder, config),
            .. reader is null ? [] : OpeningNotes.OfWrappers(reader),
        ]);
        var head = reader is null ? null : Head(reader, BackboneFactory.KnownNames(config), config, notes);
        notes.AddRange(OpeningNotes.OfFiles(folder, reader?.Files ?? [], head?.File));
        var types = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var entry in reader?.Entries ?? [])
            types[entry.Type.Name] = types.GetValueOrDefault(entry.Type.Name) + entry.Count;
        return new ModelInformation
        {
            Folder = folder,
            Config = config,
            BackboneParameters = ModelTensors.ParameterCount(config),
            LanguageModelHeadParameters =
                reader is not null && reader.Contains(config.Family.LanguageModelHeadName)
                    ? Count(reader, config.Family.LanguageModelHeadName)
                    : 0,
            RewardHead = head?.ToString(),
            RewardHeadParameters = head is null ? 0 : config.HiddenSize,
            WeightFiles =
            [
                .. (reader?.Files ?? []).Select(file => (Path.GetFileName(file), new FileInfo(file).Length)),
            ],
            StoredTypes = types,
            HasTokenizer = ModelFolder.HasTokenizer(folder),
            HasChatTemplate = ModelFolder.HasChatTemplate(folder),
            Settings = ConcordModelSettings.Read(folder),
            Notes = notes,
        };
    }

    // A head that cannot be read is told of beside the rest, which is as it is.
    private static RewardHeadPlace? Head(
        CheckpointReader reader,
        Func<string, bool> others,
        BackboneConfig config,
        List<string> notes
    )
    {
        try
        {
            return RewardHeadPlace.Find(reader, others, config.HiddenSize);
        }
        catch (ConcordException error)
        {
            notes.Add(error.Message);
            return null;
        }
    }

    private static long Count(CheckpointReader reader, string name) =>
        reader.Shape(name).Aggregate(1L, (product, dimension) => product * dimension);
}
