namespace Concord.Kernels;

/// <summary>Neighbouring rows of a buffer of keys and values.</summary>
/// <param name="Start">The first row.</param>
/// <param name="Count">Number of rows; may be 0.</param>
public readonly record struct KeyRun(int Start, int Count);
