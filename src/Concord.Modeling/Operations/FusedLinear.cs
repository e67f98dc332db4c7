using Concord.Kernels;

namespace Concord.Modeling.Operations;

/// <summary>
/// Products of a linear layer and its adapters. Weight gradients are added to by the product itself, without a second
/// pass. The precision is that of the large products; adapters' small ones are in fp32.
/// </summary>
internal static unsafe class FusedLinear
{
    /// <summary>y (+)= x Wᵀ + b. // (T, in) -> (T, count)</summary>
    public static void Forward(
        BufferPool pool,
        MatrixView x,
        LinearRows rows,
        MatrixView y,
        bool accumulate,
        ProductPrecision precision
    )
    {
        if (rows.Layer.Bias is { } bias)
        {
            Elementwise.BiasRows(MatrixView.Of(bias.Value).Data + rows.First, y, accumulate);
            accumulate = true;
        }
        using (var weight = WeightMatrix.Of(pool, rows))
            MatrixProduct.Forward(x, weight.View, y, accumulate ? 1 : 0, precision: precision);
        foreach (var (adapter, part) in AdaptersOf(rows))
        {
            var low = pool.Rent(x.Rows, adapter.Down.Value.shape[0]); // (T, r)
            MatrixProduct.Forward(x, MatrixView.Of(adapter.Down.Value), MatrixView.Of(low));
            MatrixProduct.Forward(
                MatrixView.Of(low),
                part.Of(adapter.Up.Value),
                y.ColumnRange(part.Column, part.Count),
                1,
                (float)adapter.Scale
            );
            pool.Return(low);
        }
    }

    /// <summary>Adds the gradients of weight, bias and adapters that are trained. // dy (T, count), x (T, in)</summary>
    public static void ParameterGradients(
        BufferPool pool,
        MatrixView x,
        LinearRows rows,
        MatrixView gradient,
        ProductPrecision precision
    )
    {
        if (rows.Layer.Weight.Trainable)
            MatrixProduct.WeightGradient(
                gradient,
                x,
                MatrixView.Of(rows.Layer.Weight.Gradient!).RowRange(rows.First, rows.Count),
                precision: precision
            );
        if (rows.Layer.Bias is { Trainable: true } bias)
            Elementwise.BiasGradient(gradient, MatrixView.Of(bias.Gradient!).Data + rows.First);
        foreach (var (adapter, part) in AdaptersOf(rows))
        {
            if (!adapter.Up.Trainable)
                continue;
            var own = gradient.ColumnRange(part.Column, part.Count);
            var low = pool.Rent(x.Rows, adapter.Down.Value.shape[0]); // (T, r)
            var view = MatrixView.Of(low);
            MatrixProduct.Forward(x, MatrixView.Of(adapter.Down.Value), view);
            // dB += scale dyᵀ (x Aᵀ)
            MatrixProduct.WeightGradient(own, view, part.Of(adapter.Up.Gradient!), 1, (float)adapter.Scale);
            MatrixProduct.InputGradient(own, part.Of(adapter.Up.Value), view, 0, (float)adapter.Scale); // scale dy B
            MatrixProduct.WeightGradient(view, x, MatrixView.Of(adapter.Down.Gradient!)); // dA += (scale dy B)ᵀ x
            pool.Return(low);
        }
    }

    /// <summary>dx (+)= dy W, adapters included. // (T, count) -> (T, in)</summary>
    public static void InputGradient(
        BufferPool pool,
        LinearRows rows,
        MatrixView gradient,
        MatrixView inputGradient,
        ProductPrecision precision,
        bool accumulate = false
    )
    {
        using (var weight = WeightMatrix.Of(pool, rows))
            MatrixProduct.InputGradient(gradient, weight.View, inputGradient, accumulate ? 1 : 0, precision: precision);
        foreach (var (adapter, part) in AdaptersOf(rows))
        {
            var low = pool.Rent(gradient.Rows, adapter.Down.Value.shape[0]); // (T, r)
            MatrixProduct.InputGradient(
                gradient.ColumnRange(part.Column, part.Count),
                part.Of(adapter.Up.Value),
                MatrixView.Of(low),
                0,
                (float)adapter.Scale
            );
            MatrixProduct.InputGradient(MatrixView.Of(low), MatrixView.Of(adapter.Down.Value), inputGradient, 1);
            pool.Return(low);
        }
    }

    /// <summary>The output rows that an adapter and a range of rows have in common.</summary>
    /// <param name="AdapterRow">First of them among the adapter's rows.</param>
    /// <param name="Column">First of them among the columns of the range's output.</param>
    /// <param name="Count">How many.</param>
    private readonly record struct Overlap(int AdapterRow, int Column, int Count)
    {
        public MatrixView Of(TorchSharp.torch.Tensor up) => MatrixView.Of(up).RowRange(AdapterRow, Count);
    }

    private static IEnumerable<(LowRankAdapter Adapter, Overlap Part)> AdaptersOf(LinearRows rows)
    {
        foreach (var adapter in rows.Layer.Adapters)
        {
            int first = Math.Max(rows.First, adapter.FirstRow),
                end = Math.Min(rows.First + rows.Count, adapter.FirstRow + adapter.Rows);
            if (first < end)
                yield return (adapter, new Overlap(first - adapter.FirstRow, first - rows.First, end - first));
        }
    }
}
