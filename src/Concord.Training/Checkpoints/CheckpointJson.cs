using System.Text.Json.Serialization;

namespace Concord.Training.Checkpoints;

/// <summary>How a checkpoint's record is written and read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false
)]
[JsonSerializable(typeof(TrainingProgress))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
