using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using Concord.Modeling.Weights;
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
        var config = BackboneConfig.Read(folder);
        var withWeights =
            File.Exists(Path.Combine(folder, ModelFolder.WeightsFileName))
            || File.Exists(Path.Combine(folder, ModelFolder.WeightsIndexFileName));
        using var reader = withWeights ? CheckpointReader.Open(folder) : null;
        if (reader is not null)
            Check(reader, config);
        var types = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var entry in reader?.Entries ?? [])
            types[entry.Type.Name] = types.GetValueOrDefault(entry.Type.Name) + entry.Count;
        return new ModelInformation
        {
            Folder = folder,
            Config = config,
            BackboneParameters = ModelTensors.ParameterCount(config),
            LanguageModelHeadParameters = Stored(config.Family.LanguageModelHeadName),
            RewardHeadParameters = Stored(ModelTensors.RewardHeadName),
            WeightFiles =
            [
                .. (reader?.Files ?? []).Select(file => (Path.GetFileName(file), new FileInfo(file).Length)),
            ],
            StoredTypes = types,
            HasTokenizer = ModelFolder.HasTokenizer(folder),
            HasChatTemplate = ModelFolder.HasChatTemplate(folder),
            Settings = ConcordModelSettings.Read(folder),
        };

        long Stored(string name) =>
            reader is not null && reader.Contains(name)
                ? reader.Shape(name).Aggregate(1L, (product, dimension) => product * dimension)
                : 0;
    }

    private static void Check(CheckpointReader reader, BackboneConfig config)
    {
        foreach (var tensor in ModelTensors.Backbone(config))
        {
            // A bare base model is saved without the prefix of the whole.
            var bare = tensor.Name[(tensor.Name.IndexOf('.', StringComparison.Ordinal) + 1)..];
            reader.Expect(!reader.Contains(tensor.Name) && reader.Contains(bare) ? bare : tensor.Name, tensor.Shape);
        }
    }
}
