using Concord.Modeling.Files;
using TorchSharp;

namespace Concord.Modeling.Backbones;

/// <summary>
/// Parameters read from a checkpoint. Names without the backbone's own prefix (as a bare base model is saved) are found
/// too.
/// </summary>
internal sealed class CheckpointParameterSource(CheckpointReader reader, torch.ScalarType? type, torch.Device device)
    : IParameterSource
{
    /// <inheritdoc/>
    public Parameter Make(ParameterSpec spec)
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        var held = TypeOf(spec);
        if (spec.Layout.Names.Length == 1)
            return new Parameter(
                spec.Name,
                spec.Layout.FromCheckpoint(reader.Load(Place(spec.Layout.Names[0]), spec.Shape, held)).to(device),
                spec.Layout
            );
        var whole = torch.empty(spec.Shape, dtype: held, device: device).InLargePages();
        var start = 0L;
        for (var i = 0; i < spec.Layout.Names.Length; i++)
        {
            var rows = spec.Layout.Rows[i];
            using var part = whole.narrow(0, start, rows);
            // straight to its place: a large model takes no second copy of its layers
            reader.LoadInto(Place(spec.Layout.Names[i]), part);
            start += rows;
        }
        return new Parameter(spec.Name, whole, spec.Layout);
    }

    private string Place(string name)
    {
        var bare = name[(name.IndexOf('.') + 1)..];
        return reader.Contains(name) || !reader.Contains(bare) ? name : bare;
    }

    // norms and biases are few, and always in fp32
    private torch.ScalarType TypeOf(ParameterSpec spec)
    {
        if (spec.Shape.Length == 1)
            return torch.ScalarType.Float32;
        if (type is { } chosen)
            return chosen;
        torch.ScalarType[] stored = [.. spec.Layout.Names.Select(name => reader.Dtype(Place(name))).Distinct()];
        return stored is [torch.ScalarType.BFloat16 or torch.ScalarType.Float16] ? stored[0] : torch.ScalarType.Float32;
    }
}
