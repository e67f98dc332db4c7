using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Concord.Calibration;

/// <summary>An interval.</summary>
/// <param name="Low">Its lower end.</param>
/// <param name="High">Its upper end.</param>
[JsonConverter(typeof(IntervalConverter))]
public sealed record Interval(double Low, double High);

/// <summary>An interval is written as [low, high].</summary>
internal sealed class IntervalConverter : JsonConverter<Interval>
{
    /// <inheritdoc/>
    public override Interval Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, Ends(options)) is [var low, var high]
            ? new Interval(low, high)
            : throw new JsonException();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Interval value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, [value.Low, value.High], Ends(options));

    private static JsonTypeInfo<double[]> Ends(JsonSerializerOptions options) =>
        (JsonTypeInfo<double[]>)options.GetTypeInfo(typeof(double[]));
}
