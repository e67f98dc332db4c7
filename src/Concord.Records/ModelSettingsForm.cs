using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Concord.Records;

/// <summary><c>concord.json</c> key by key; a null counts as absent.</summary>
internal sealed record ModelSettingsForm(int Version)
{
    private static readonly Dictionary<string, double?> NoSources = [];

    public string? Pooling { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Rendering { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Dialogues { get; init; }

    public string? Truncation { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaximumLength { get; init; }

    public IReadOnlyDictionary<string, double?>? Sources { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? RewardMean { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? RewardStandardDeviation { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? RewardConstant { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AdapterBase { get; init; }

    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Others { get; set; }

    public static ModelSettingsForm Of(ConcordModelSettings settings) =>
        new(settings.Version)
        {
            Pooling = settings.Pooling,
            Rendering = settings.Rendering,
            Dialogues = settings.Dialogues,
            Truncation = settings.Truncation,
            MaximumLength = settings.MaximumLength,
            Sources = settings.Sources.ToDictionary(
                source => source.Name,
                source => source.Temperature,
                StringComparer.Ordinal
            ),
            RewardMean = settings.RewardMean,
            RewardStandardDeviation = settings.RewardStandardDeviation,
            RewardConstant = settings.RewardConstant,
            AdapterBase = settings.AdapterBase,
        };

    /// <summary>The settings, with defaults for what is absent.</summary>
    /// <param name="file">Named in errors.</param>
    public ConcordModelSettings Settings(string file)
    {
        Check(Version >= 1, "version", Version, "an integer of at least 1");
        Check(MaximumLength is null or >= 1, "maximum_length", MaximumLength, "an integer of at least 1");
        Check(
            RewardStandardDeviation is null or (> 0 and < double.PositiveInfinity),
            "reward_standard_deviation",
            RewardStandardDeviation,
            "a number above 0"
        );
        Check(RewardMean is not { } mean || double.IsFinite(mean), "reward_mean", RewardMean, "a finite number");
        Check(
            RewardConstant is not { } constant || double.IsFinite(constant),
            "reward_constant",
            RewardConstant,
            "a finite number"
        );
        foreach (var (name, temperature) in Sources ?? NoSources)
            Check(
                temperature is null or (> 0 and < double.PositiveInfinity),
                $"sources.{name}",
                temperature,
                "a number above 0"
            );
        var defaults = new ConcordModelSettings();
        return new ConcordModelSettings
        {
            Version = Version,
            Pooling = Pooling ?? defaults.Pooling,
            Rendering = Rendering,
            Dialogues = Dialogues,
            Truncation = Truncation ?? defaults.Truncation,
            MaximumLength = MaximumLength,
            Sources = [.. (Sources ?? NoSources).Select(source => new SourceTemperature(source.Key, source.Value))],
            RewardMean = RewardMean,
            RewardStandardDeviation = RewardStandardDeviation,
            RewardConstant = RewardConstant,
            AdapterBase = AdapterBase,
            UnknownKeys = Others is { Count: > 0 } ? [.. Others.Keys] : defaults.UnknownKeys,
        };

        void Check(bool holds, string key, double? value, string expected)
        {
            if (!holds)
                throw new ConcordException(
                    string.Create(CultureInfo.InvariantCulture, $"{file}: {key} is {value}; expected {expected}.")
                );
        }
    }
}
