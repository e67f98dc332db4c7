namespace Concord.Modeling.Operations;

/// <summary>Log-probabilities of tokens, and what their backward pass needs.</summary>
/// <param name="Values">Natural logarithms, in the order of the targets. // (M)</param>
/// <param name="LogSums">Of each hidden state, the log of its softmax's denominator. // (N)</param>
internal sealed record TokenLogProbabilities(double[] Values, double[] LogSums);
