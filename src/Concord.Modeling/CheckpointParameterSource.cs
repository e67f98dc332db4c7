using Concord.Modeling.Weights;
using TorchSharp;

namespace Concord.Modeling;

/// <summary>Parameters read from a checkpoint. Names without the backbone's own prefix (as a bare base model is saved) are found too.</summary>
internal sealed class CheckpointParameterSource(CheckpointReader reader, torch.ScalarType type, torch.Device device) : IParameterSource
{
    /// <inheritdoc/>
    public Parameter Make(ParameterSpec spec)
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        if (spec.Layout.Names.Length == 1)
            return new Parameter(spec.Name, spec.Layout.FromCheckpoint(Read(spec.Layout.Names[0], spec.Shape)).to(device), spec.Layout);
        var whole = torch.empty(spec.Shape, dtype: TypeOf(spec.Shape), device: device);
        var start = 0L;
        for (var i = 0; i < spec.Layout.Names.Length; i++)
        {
            var rows = spec.Layout.Rows[i];
            using var part = Read(spec.Layout.Names[i], [rows, .. spec.Shape[1..]]);
            whole.narrow(0, start, rows).copy_(part);
            start += rows;
        }
        return new Parameter(spec.Name, whole, spec.Layout);
    }

    private torch.Tensor Read(string name, long[] shape)
    {
        var bare = name[(name.IndexOf('.') + 1)..];
        return reader.Load(reader.Contains(name) || !reader.Contains(bare) ? name : bare, shape, TypeOf(shape));
    }

    // norms and biases are few, and always in fp32
    private torch.ScalarType TypeOf(long[] shape) => shape.Length > 1 ? type : torch.ScalarType.Float32;
}
