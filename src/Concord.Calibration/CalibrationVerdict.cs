using System.Text.Json.Serialization;

namespace Concord.Calibration;

/// <summary>What the test of calibration found.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CalibrationVerdict>))]
public enum CalibrationVerdict
{
    /// <summary>Nothing: a calibrated model shows as much. No proof of calibration.</summary>
    [JsonStringEnumMemberName("noise")]
    Noise,

    /// <summary>The model is surer than it is right.</summary>
    [JsonStringEnumMemberName("over")]
    Overconfident,

    /// <summary>The model is more often right than it is sure.</summary>
    [JsonStringEnumMemberName("under")]
    Underconfident,

    /// <summary>Miscalibrated, but neither way as a whole: too sure in some bins, not sure enough in others.</summary>
    [JsonStringEnumMemberName("uneven")]
    Uneven,
}
