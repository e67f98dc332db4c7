using System.Text.Json.Serialization;

namespace Concord.Calibration;

/// <summary>A line of <c>scores.jsonl</c>, in the order of its keys.</summary>
internal sealed record ScoresLine(
    int Version,
    string Source,
    IReadOnlyList<double> Rewards,
    IReadOnlyList<double> Scores,
    string? PromptId,
    string? File,
    int? Line,
    IReadOnlyList<double>? Lengths,
    double? Temperature,
    string? Annotator
)
{
    public static ScoresLine Of(Prediction prediction) =>
        new(
            ScoresFile.CurrentVersion,
            prediction.Source,
            prediction.Rewards,
            prediction.Scores,
            prediction.PromptId,
            prediction.File,
            prediction.Line,
            prediction.Lengths,
            prediction.Temperature,
            prediction.Annotator
        );
}

/// <summary>How it is written. It is read by <see cref="ScoresRecordParser"/>, as other tools' files are.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ScoresLine))]
internal sealed partial class ScoresJson : JsonSerializerContext;
