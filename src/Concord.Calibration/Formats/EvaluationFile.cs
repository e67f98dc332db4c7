using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Concord.Foundation;

namespace Concord.Calibration;

/// <summary>
/// <c>evaluation.json</c>: a report as {"version", "pooled": M, "sources": {NAME: M}, "settings"}, and
/// "with_temperatures" likewise where sources have one.
/// </summary>
/// <remarks>
/// Numbers are shortest round-trip; what is undefined (no strict pair) is null; what is not finite is a string
/// ("Infinity"). Keys may be added without a new version; files of version 1, and from before there was one, are read,
/// but not what has another meaning since: their tests of calibration and their intervals of ECEs.
/// </remarks>
public static class EvaluationFile
{
    /// <summary>The version that is written, and the newest that is read.</summary>
    public const int CurrentVersion = 2;

    /// <summary>Reads a file; writing what is read gives the same bytes.</summary>
    /// <returns>The report; its options have no temperatures, each source's numbers say theirs.</returns>
    /// <exception cref="ConcordException">The file cannot be read, is damaged or of a newer version; the message names
    /// file, line and key.</exception>
    public static EvaluationReport Read(string path) =>
        JsonRecords
            .Read(path, EvaluationJson.Default.EvaluationForm, CurrentVersion, "Evaluate the scores again.")
            .Report(path);

    /// <summary>Writes the file beside its place and renames it.</summary>
    /// <exception cref="ConcordException">The file cannot be written there.</exception>
    public static void Write(string path, EvaluationReport report) => AtomicFile.WriteBytes(path, Bytes(report));

    /// <summary>The file's text, indented, ending in a line feed.</summary>
    public static string Text(EvaluationReport report) => Encoding.UTF8.GetString(Bytes(report));

    /// <summary>Writes the object as a writer's options say.</summary>
    public static void Write(Utf8JsonWriter json, EvaluationReport report) =>
        JsonSerializer.Serialize(json, EvaluationForm.Of(report), EvaluationJson.Default.EvaluationForm);

    private static byte[] Bytes(EvaluationReport report) =>
        JsonRecords.Bytes(EvaluationForm.Of(report), EvaluationJson.Default.EvaluationForm);
}

/// <summary>How the forms are written and read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false
)]
[JsonSerializable(typeof(EvaluationForm))]
[JsonSerializable(typeof(double[]))]
internal sealed partial class EvaluationJson : JsonSerializerContext;
