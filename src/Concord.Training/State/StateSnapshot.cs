using TorchSharp;

namespace Concord.Training.State;

/// <summary>What something remembered at a moment, so that a step that is cancelled has not been.</summary>
internal sealed class StateSnapshot : IDisposable
{
    private readonly IStateful of;
    private readonly List<(Memory<double> Place, double[] Values)> arrays = [];
    private readonly List<(torch.Tensor Place, torch.Tensor Values)> buffers = [];

    /// <summary>Copies what it remembers now.</summary>
    public StateSnapshot(IStateful of)
    {
        this.of = of;
        using var mode = torch.no_grad();
        foreach (var entry in of.State)
            if (entry is StateArray array)
                arrays.Add((array.Values, array.Values.ToArray()));
            else if (entry is StateBuffer buffer)
                buffers.Add((buffer.Values, buffer.Values.clone().DetachFromDisposeScope()));
    }

    /// <summary>Puts it back.</summary>
    public void Restore()
    {
        using var mode = torch.no_grad();
        foreach (var (place, values) in arrays)
            values.CopyTo(place);
        foreach (var (place, values) in buffers)
            place.copy_(values);
        of.Restored();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, values) in buffers)
            values.Dispose();
    }
}
