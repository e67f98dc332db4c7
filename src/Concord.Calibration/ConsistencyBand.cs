namespace Concord.Calibration;

/// <summary>What a perfectly calibrated model with these rewards would show as ECE.</summary>
/// <param name="Mean">Its mean: the noise floor.</param>
/// <param name="P05">5 % lie below.</param>
/// <param name="P95">5 % lie above.</param>
/// <param name="PValue">How often it would show at least the measured ECE: (1 + count) / (1 + draws).</param>
public sealed record ConsistencyBand(double Mean, double P05, double P95, double PValue);
