using TorchSharp;

namespace Concord.Training.State;

/// <summary>Numbers that a part of a run remembers.</summary>
/// <param name="Name">Their name in a checkpoint.</param>
public abstract record StateEntry(string Name);

/// <summary>A few numbers, saved as they are.</summary>
/// <param name="Name">Their name in a checkpoint.</param>
/// <param name="Values">Where they are kept.</param>
public sealed record StateArray(string Name, Memory<double> Values) : StateEntry(Name);

/// <summary>A number for each trained weight, saved parameter by parameter as <c>NAME.PARAMETER</c>.</summary>
/// <param name="Name">The first part of their names in a checkpoint.</param>
/// <param name="Values">Where they are kept, laid out as the trained parameters. // (N), fp32</param>
public sealed record StateBuffer(string Name, torch.Tensor Values) : StateEntry(Name);
