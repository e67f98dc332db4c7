using TorchSharp;

namespace Concord.Modeling.Packing;

/// <summary>Indices (of tokens, rows, positions) in managed memory and as a tensor.</summary>
internal sealed class IndexList : IDisposable
{
    /// <summary>Puts indices on a device.</summary>
    public IndexList(int[] values, torch.Device device)
    {
        using var scope = torch.NewDisposeScope();
        Values = values;
        Tensor = torch.tensor(Array.ConvertAll(values, value => (long)value), device: device).DetachFromDisposeScope();
        Largest = values.Length == 0 ? -1 : values.Max();
    }

    /// <summary>The indices.</summary>
    public int[] Values { get; }

    /// <summary>The same. // (n), int64</summary>
    public torch.Tensor Tensor { get; }

    /// <summary>The largest; -1 where there is none.</summary>
    public int Largest { get; }

    /// <inheritdoc/>
    public void Dispose() => Tensor.Dispose();
}
