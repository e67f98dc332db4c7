using System.Text.Encodings.Web;
using System.Text.Json;
using Concord.Foundation;
using Concord.Modeling.Files;

namespace Concord.Modeling.Weights;

/// <summary>
/// What a reward model needs beyond Hugging Face's files to score as it was trained; <c>concord.json</c> of its folder.
/// </summary>
/// <remarks>
/// Keys this version does not know are ignored; <see cref="Version"/> rises only when an older reader would score
/// wrongly.
/// </remarks>
public sealed record ConcordModelSettings
{
    /// <summary>The version of the file this code writes, and the newest it reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the file.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>
    /// Which hidden states the head sees, by name (<c>last</c>, <c>eos</c>, <c>mean</c>, <c>max</c>).
    /// </summary>
    /// <value><c>last</c></value>
    public string Pooling { get; init; } = "last";

    /// <summary>How a comparison becomes text, by name (<c>hh</c>, <c>chat</c>, ..).</summary>
    /// <value><c>hh</c></value>
    public string Rendering { get; init; } = "hh";

    /// <summary>The truncation policy, by name.</summary>
    /// <value><c>shared-left</c></value>
    public string Truncation { get; init; } = "shared-left";

    /// <summary>Longest text in tokens; null for the model's own longest.</summary>
    public int? MaximumLength { get; init; }

    /// <summary>
    /// The training sources in their order, with their temperatures τ &gt; 0 (1 where none were learned).
    /// </summary>
    public IReadOnlyList<SourceTemperature> Sources { get; init; } = [];

    /// <summary>Mean of the rewards on the training sources; null where not measured.</summary>
    public double? RewardMean { get; init; }

    /// <summary>Standard deviation of the rewards on the training sources; null where not measured.</summary>
    public double? RewardStandardDeviation { get; init; }

    /// <summary>
    /// Reads <c>concord.json</c> of a folder; null where there is none, as in folders that others wrote.
    /// </summary>
    /// <exception cref="ConcordException">The file is not valid JSON, is of a newer version, or has a value that does
    /// not fit.</exception>
    public static ConcordModelSettings? Read(string folder)
    {
        var file = Path.Combine(folder, ModelFolder.SettingsFileName);
        if (!File.Exists(file))
            return null;
        using var document = ConfigDocument.Load(file);
        var version = document.Integer("version", 1, int.MaxValue) ?? throw document.Missing("version");
        if (version > CurrentVersion)
            throw new ConcordException(
                $"{file} is of version {version}; this Concord reads up to {CurrentVersion}. Take a newer Concord."
            );
        var defaults = new ConcordModelSettings();
        using var sources = document.Object("sources");
        return new ConcordModelSettings
        {
            Version = version,
            Pooling = document.Text("pooling") ?? defaults.Pooling,
            Rendering = document.Text("rendering") ?? defaults.Rendering,
            Truncation = document.Text("truncation") ?? defaults.Truncation,
            MaximumLength = document.Integer("maximum_length", 1, int.MaxValue),
            Sources = sources is null
                ? []
                : [.. sources.Keys.Select(name => new SourceTemperature(name, sources.Positive(name) ?? 1))],
            RewardMean = document.Number("reward_mean"),
            RewardStandardDeviation = document.Positive("reward_standard_deviation"),
        };
    }

    /// <summary>Writes <c>concord.json</c> of a folder.</summary>
    /// <exception cref="ConcordException">The file cannot be written.</exception>
    public void Write(string folder) =>
        AtomicFile.Write(
            Path.Combine(folder, ModelFolder.SettingsFileName),
            stream =>
            {
                using (
                    var json = new Utf8JsonWriter(
                        stream,
                        new JsonWriterOptions
                        {
                            Indented = true,
                            NewLine = "\n",
                            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                        }
                    )
                )
                {
                    json.WriteStartObject();
                    json.WriteNumber("version", Version);
                    json.WriteString("pooling", Pooling);
                    json.WriteString("rendering", Rendering);
                    json.WriteString("truncation", Truncation);
                    if (MaximumLength is { } length)
                        json.WriteNumber("maximum_length", length);
                    json.WriteStartObject("sources");
                    foreach (var source in Sources)
                        json.WriteNumber(source.Name, source.Temperature);
                    json.WriteEndObject();
                    if (RewardMean is { } mean)
                        json.WriteNumber("reward_mean", mean);
                    if (RewardStandardDeviation is { } deviation)
                        json.WriteNumber("reward_standard_deviation", deviation);
                    json.WriteEndObject();
                }
                stream.WriteByte((byte)'\n');
            }
        );
}
