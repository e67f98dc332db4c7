namespace Concord.Runs.Rendering;

/// <summary>What a <see cref="RenderJob"/> wrote.</summary>
/// <param name="Lines">Lines written.</param>
/// <param name="Errors">How many of them hold an error instead of a text.</param>
public sealed record RenderResult(int Lines, int Errors);
