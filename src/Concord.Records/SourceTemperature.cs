namespace Concord.Records;

/// <summary>A source that was trained on, and its temperature.</summary>
/// <param name="Name">Name of the source.</param>
/// <param name="Temperature">τ &gt; 0; a pair of this source is won with probability sigmoid(τ (r_w - r_l)). Null where
/// none was learned.</param>
public sealed record SourceTemperature(string Name, double? Temperature);
