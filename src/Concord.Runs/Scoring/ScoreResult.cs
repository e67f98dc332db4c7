namespace Concord.Runs.Scoring;

/// <summary>What a <see cref="ScoreJob"/> wrote.</summary>
/// <param name="Records">Lines written, one a record of the input.</param>
/// <param name="Errors">How many of them hold an error instead of rewards.</param>
/// <param name="FirstError">The first of these errors that this call met; null where it met none.</param>
public sealed record ScoreResult(int Records, int Errors, string? FirstError);
