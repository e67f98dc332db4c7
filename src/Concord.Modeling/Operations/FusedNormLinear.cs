using Concord.Kernels;
using TorchSharp;

namespace Concord.Modeling.Operations;

/// <summary>
/// A normalisation, alone or before a linear layer. Of a normalisation only the statistics are kept: what the layer
/// multiplies is computed once more.
/// </summary>
internal static class FusedNormLinear
{
    /// <summary>norm(x) Wᵀ + b. // (T, H) -> (T, count)</summary>
    public static Variable Linear(Tape tape, Variable x, NormLayer norm, LinearRows linear, ProductPrecision precision)
    {
        var pool = tape.Pool;
        var input = MatrixView.Of(x.Value);
        var output = tape.Output(
            input.Rows,
            linear.Count,
            x.NeedsGradient || norm.Weight.Trainable || linear.Layer.Trainable
        );
        var normalised = pool.Rent(input.Rows, input.Columns);
        var statistics = FusedNorm.Forward(pool, input, norm, MatrixView.Of(normalised));
        FusedLinear.Forward(pool, MatrixView.Of(normalised), linear, MatrixView.Of(output.Value), false, precision);
        pool.Return(normalised);
        if (!output.NeedsGradient)
            pool.Return(statistics);
        tape.Record(
            output,
            () =>
            {
                var gradient = MatrixView.Of(output.Gradient!);
                var work = pool.Rent(input.Rows, input.Columns);
                var view = MatrixView.Of(work);
                if (linear.Layer.Trainable)
                {
                    FusedNorm.Reapply(input, norm, statistics, view);
                    FusedLinear.ParameterGradients(pool, view, linear, gradient, precision);
                }
                if (x.NeedsGradient || norm.Weight.Trainable)
                {
                    FusedLinear.InputGradient(pool, linear, gradient, view, precision);
                    BackThroughNorm(pool, x, norm, statistics, view);
                }
                pool.Return(work);
                pool.Return(statistics);
            }
        );
        return output;
    }

    /// <summary>norm(x). // (T, H) -> (T, H)</summary>
    public static Variable Norm(Tape tape, Variable x, NormLayer norm)
    {
        var pool = tape.Pool;
        var input = MatrixView.Of(x.Value);
        var output = tape.Output(input.Rows, input.Columns, x.NeedsGradient || norm.Weight.Trainable);
        var statistics = FusedNorm.Forward(pool, input, norm, MatrixView.Of(output.Value));
        if (!output.NeedsGradient)
            pool.Return(statistics);
        tape.Record(
            output,
            () =>
            {
                BackThroughNorm(pool, x, norm, statistics, MatrixView.Of(output.Gradient!));
                pool.Return(statistics);
            }
        );
        return output;
    }

    private static void BackThroughNorm(
        BufferPool pool,
        Variable x,
        NormLayer norm,
        torch.Tensor statistics,
        MatrixView gradient
    )
    {
        var first = x.Gradient is null;
        x.Gradient ??= pool.Rent(x.Value.shape[0], x.Value.shape[1]);
        FusedNorm.Backward(
            pool,
            MatrixView.Of(x.Value),
            norm,
            statistics,
            gradient,
            MatrixView.Of(x.Gradient),
            accumulate: !first
        );
    }
}
