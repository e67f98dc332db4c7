using Concord.Kernels;
using TorchSharp;

namespace Concord.Modeling.Operations;

/// <summary>
/// Rows of a weight as floats: where they lie, or widened for one product where they are stored in fewer bits.
/// </summary>
internal readonly struct WeightMatrix : IDisposable
{
    private readonly BufferPool pool;
    private readonly torch.Tensor? widened;

    private WeightMatrix(BufferPool pool, MatrixView view, torch.Tensor? widened)
    {
        this.pool = pool;
        this.widened = widened;
        View = view;
    }

    /// <summary>The rows. // (count, in)</summary>
    public MatrixView View { get; }

    /// <summary>The rows of a range.</summary>
    public static WeightMatrix Of(BufferPool pool, LinearRows rows)
    {
        var value = rows.Layer.Weight.Value;
        if (value.dtype == torch.ScalarType.Float32)
            return new WeightMatrix(pool, MatrixView.Of(value).RowRange(rows.First, rows.Count), null);
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        var widened = pool.Rent(rows.Count, rows.Layer.Inputs);
        widened.copy_(value.narrow(0, rows.First, rows.Count));
        return new WeightMatrix(pool, MatrixView.Of(widened), widened);
    }

    /// <summary>Gives the widened copy back.</summary>
    public void Dispose() => pool.Return(widened);
}
