using Concord.Modeling.Folders;

namespace Concord.Cli.Commands;

/// <summary>What <c>concord model info</c> writes for machines; shapes under the names of <c>config.json</c>.</summary>
internal sealed record ModelInfoResult(
    string Folder,
    string ModelType,
    string Dtype,
    ModelShapeResult Shape,
    ModelParametersResult Parameters,
    bool HasRewardHead,
    string? RewardHead,
    ModelAdapterResult? Adapter,
    IReadOnlyList<string> Notes,
    bool HasTokenizer,
    bool HasChatTemplate,
    IReadOnlyDictionary<string, long> StoredElements,
    IReadOnlyDictionary<string, long> Files,
    ModelMemoryResult MemoryBytes
)
{
    public static ModelInfoResult Of(ModelInformation model, MemoryEstimate memory)
    {
        var shape = model.Config;
        return new ModelInfoResult(
            model.Folder,
            model.Config.Family.ModelType,
            ModelInfoCommand.TypeName(shape.Dtype),
            new ModelShapeResult(
                shape.HiddenSize,
                shape.Layers,
                shape.Heads,
                shape.KeyValueHeads,
                shape.HeadDimension,
                shape.IntermediateSize,
                shape.VocabularySize,
                shape.MaxPositions,
                shape.TiedEmbeddings
            ),
            new ModelParametersResult(
                model.Parameters,
                model.BackboneParameters,
                model.LanguageModelHeadParameters,
                model.RewardHeadParameters
            ),
            model.HasRewardHead,
            model.RewardHead,
            model.Adapter is { } adapter
                ? new ModelAdapterResult(
                    adapter.BaseFolder,
                    adapter.BaseModel,
                    adapter.Rank,
                    adapter.Alpha,
                    adapter.RankStabilised,
                    adapter.Parameters,
                    adapter.Modules
                )
                : null,
            model.Notes,
            model.HasTokenizer,
            model.HasChatTemplate,
            model.StoredTypes,
            model.WeightFiles.ToDictionary(file => file.Name, file => file.Bytes, StringComparer.Ordinal),
            new ModelMemoryResult(
                memory.Tokens,
                memory.Weights,
                memory.Score,
                memory.TrainFull,
                memory.TrainFullCheckpointing,
                memory.TrainLora,
                memory.TrainLoraLeast,
                memory.TrainHead
            )
        );
    }
}

/// <summary>The shape.</summary>
internal sealed record ModelShapeResult(
    int HiddenSize,
    int NumHiddenLayers,
    int NumAttentionHeads,
    int NumKeyValueHeads,
    int HeadDim,
    int IntermediateSize,
    int VocabSize,
    int MaxPositionEmbeddings,
    bool TieWordEmbeddings
);

/// <summary>An adapter.</summary>
internal sealed record ModelAdapterResult(
    string BaseFolder,
    string BaseModel,
    int Rank,
    double Alpha,
    bool RankStabilised,
    long Parameters,
    IReadOnlyList<string> Modules
);

/// <summary>Numbers of weights.</summary>
internal sealed record ModelParametersResult(long Total, long Backbone, long OutputProjection, long RewardHead);

/// <summary>Memory that batches of so many tokens take.</summary>
internal sealed record ModelMemoryResult(
    int BatchTokens,
    long Weights,
    long Score,
    long TrainFull,
    long TrainFullCheckpointing,
    long TrainLora,
    long TrainLoraLeast,
    long TrainHead
);
