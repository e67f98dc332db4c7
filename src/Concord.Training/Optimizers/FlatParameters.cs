using Concord.Kernels;
using Concord.Modeling;
using Concord.Modeling.Rewards;
using Concord.Training.State;
using TorchSharp;

namespace Concord.Training.Optimizers;

/// <summary>
/// The trained parameters of a model as one buffer of fp32 weights and one of fp32 gradients, so that clipping,
/// stepping and adding up gradients of other processes are one operation each.
/// </summary>
/// <remarks>
/// A parameter held in fp32 is a view of the buffers. One held in a narrower type keeps its own tensor: the buffer is
/// its fp32 master, which is rounded back after every step, so that small updates are not lost. Gradients are views of
/// the buffer for both.
/// </remarks>
internal sealed class FlatParameters : IStateful, IDisposable
{
    private const int Alignment = 16; // floats: every parameter begins at a cache line

    private readonly List<(Parameter Parameter, long Start)> entries = [];
    private readonly List<(Parameter Parameter, torch.Tensor Weights)> narrow = [];

    /// <summary>Lays the trained parameters of a model into buffers.</summary>
    /// <param name="model">The model, with its trained part chosen.</param>
    /// <param name="settings">Weight decay.</param>
    /// <param name="learningRate">Of all but the head.</param>
    /// <param name="headLearningRate">Of the head.</param>
    public FlatParameters(RewardModel model, OptimizerSettings settings, double learningRate, double headLearningRate)
    {
        var embedding = model.Embedding;
        double Decay(Parameter parameter) =>
            parameter.Value.dim() < 2 || (parameter == embedding && !settings.DecayEmbeddings)
                ? 0
                : settings.WeightDecay;
        var groups = new List<ParameterGroup>();
        var length = 0L;
        foreach (
            var group in model.TrainedParameters.GroupBy(parameter =>
                (Rate: parameter == model.Head ? headLearningRate : learningRate, Decay: Decay(parameter))
            )
        )
        {
            var start = length;
            foreach (var parameter in group)
            {
                entries.Add((parameter, length));
                length += (parameter.Value.numel() + Alignment - 1) / Alignment * Alignment;
            }
            groups.Add(new(start, length - start, group.Key.Rate, group.Key.Decay));
        }
        Groups = groups;
        Weights = Zeros(length, model.Device);
        Gradients = Zeros(length, model.Device);
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        foreach (var (parameter, start) in entries)
        {
            var weights = View(Weights, parameter, start);
            var gradients = View(Gradients, parameter, start);
            weights.copy_(parameter.Value);
            var isNarrow = parameter.Value.dtype != torch.float32;
            parameter.Attach(isNarrow ? parameter.Value : weights, gradients);
            if (isNarrow)
                narrow.Add((parameter, weights.DetachFromDisposeScope()));
        }
    }

    /// <summary>Master weights. // (N), fp32</summary>
    public torch.Tensor Weights { get; }

    /// <summary>Gradients. // (N), fp32</summary>
    public torch.Tensor Gradients { get; }

    /// <summary>The groups; together they cover the buffers.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <inheritdoc/>
    public IReadOnlyList<StateEntry> State => [new StateBuffer("weights", Weights)];

    /// <inheritdoc/>
    public void Restored() => Publish();

    /// <summary>The norm of all gradients together.</summary>
    public unsafe double GradientNorm()
    {
        if (Gradients.device_type == DeviceType.CPU)
            return Math.Sqrt(SquaredNorm.Of(Memory(Gradients, 0), Gradients.numel()));
        using var scope = torch.NewDisposeScope();
        return Math.Sqrt(Gradients.to(torch.float64).square().sum().ToDouble());
    }

    /// <summary>Name of a parameter whose gradient is not finite, or null.</summary>
    public string? NotFinite()
    {
        using var scope = torch.NewDisposeScope();
        foreach (var (parameter, start) in entries)
            if (!torch.isfinite(View(Gradients, parameter, start)).all().item<bool>())
                return parameter.Name;
        return null;
    }

    /// <summary>Makes the model see the weights after they were changed.</summary>
    public void Publish()
    {
        using var mode = torch.no_grad();
        foreach (var (parameter, weights) in narrow)
            parameter.Value.copy_(weights);
        foreach (var (parameter, _) in entries)
            parameter.MarkChanged();
    }

    /// <summary>
    /// The parts of a buffer of the weights' shape, by parameter name; views that the caller disposes of.
    /// </summary>
    public IEnumerable<(string Name, torch.Tensor Value)> Parts(torch.Tensor buffer) =>
        entries.Select(entry => (entry.Parameter.Name, View(buffer, entry.Parameter, entry.Start)));

    /// <summary>
    /// Where a buffer's floats lie, from an element on. The buffer is on the CPU and outlives the pointer.
    /// </summary>
    internal static unsafe float* Memory(torch.Tensor buffer, long start)
    {
        // spans count in 32 bits, so the address is taken of one element
        using var one = buffer.narrow(0, start, 1);
        fixed (byte* address = one.bytes)
            return (float*)address;
    }

    /// <summary>A buffer of zeros, in large pages where the system has them. // (N), fp32</summary>
    internal static torch.Tensor Zeros(long length, torch.Device device)
    {
        using var mode = torch.no_grad();
        return torch.empty(length, torch.float32, device).InLargePages().zero_().DetachFromDisposeScope();
    }

    private static torch.Tensor View(torch.Tensor buffer, Parameter parameter, long start)
    {
        using var part = buffer.narrow(0, start, parameter.Value.numel());
        return part.view(parameter.Value.shape);
    }

    /// <summary>Frees the buffers' own handles; fp32 parameters keep their views, and with them the memory.</summary>
    public void Dispose()
    {
        foreach (var (_, weights) in narrow)
            weights.Dispose();
        Weights.Dispose();
        Gradients.Dispose();
    }
}
