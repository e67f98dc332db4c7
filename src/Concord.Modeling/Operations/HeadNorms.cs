namespace Concord.Modeling.Operations;

/// <summary>RMSNorm over each head's queries and keys (Qwen3).</summary>
/// <param name="Query">// (d)</param>
/// <param name="Key">// (d)</param>
/// <param name="Epsilon">Added to the mean square.</param>
internal sealed record HeadNorms(Parameter Query, Parameter Key, double Epsilon);
