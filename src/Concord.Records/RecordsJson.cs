using System.Text.Json.Serialization;

namespace Concord.Records;

/// <summary>How the records are written and read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false
)]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(TrainedModelRecord))]
[JsonSerializable(typeof(MetricsStep))]
[JsonSerializable(typeof(MetricsEvaluation))]
[JsonSerializable(typeof(ModelSettingsForm))]
[JsonSerializable(typeof(TrainingPrompts))]
internal sealed partial class RecordsJson : JsonSerializerContext;
