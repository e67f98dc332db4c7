using Concord.Kernels;
using TorchSharp;

namespace Concord.Modeling.Operations;

/// <summary>
/// Linear layers whose output the product itself adds to the residual stream. Their inputs may pass an activation
/// function first: that is computed twice, not kept.
/// </summary>
internal static class FusedResidual
{
    /// <summary>
    /// An activation function or its backward pass: writes into the second matrix what the first one gives.
    /// </summary>
    public delegate void ActivationKernel(MatrixView input, MatrixView activated);

    /// <summary>residual + x Wᵀ + b. // (T, in) -> (T, H)</summary>
    public static Variable Linear(
        Tape tape,
        Variable x,
        LinearRows linear,
        Variable residual,
        ProductPrecision precision
    )
    {
        var pool = tape.Pool;
        var output = Sum(
            tape,
            residual,
            x.NeedsGradient || linear.Layer.Trainable,
            sum => FusedLinear.Forward(pool, MatrixView.Of(x.Value), linear, sum, true, precision)
        );
        if (!output.NeedsGradient)
            pool.Return(x.Value);
        tape.Record(
            output,
            () =>
            {
                var gradient = MatrixView.Of(output.Gradient!);
                FusedLinear.ParameterGradients(pool, MatrixView.Of(x.Value), linear, gradient, precision);
                if (x.NeedsGradient)
                {
                    x.Gradient = pool.Rent(x.Value.shape[0], x.Value.shape[1]);
                    FusedLinear.InputGradient(pool, linear, gradient, MatrixView.Of(x.Gradient), precision);
                }
                PassOn(output, residual);
            }
        );
        return output;
    }

    /// <summary>residual + activation(x) Wᵀ + b. // (T, width of x) -> (T, in) -> (T, H)</summary>
    /// <param name="tape">Where it is noted.</param>
    /// <param name="x">The input; in the backward pass its gradient is written over it.</param>
    /// <param name="width">Columns of activation(x).</param>
    /// <param name="forward">The activation function.</param>
    /// <param name="backward">Its backward pass: the input becomes its gradient, the gradient of activation(x) becomes
    /// activation(x).</param>
    /// <param name="linear">W and b.</param>
    /// <param name="residual">What it is added to.</param>
    /// <param name="precision">Of the products.</param>
    public static Variable ActivatedLinear(
        Tape tape,
        Variable x,
        long width,
        ActivationKernel forward,
        ActivationKernel backward,
        LinearRows linear,
        Variable residual,
        ProductPrecision precision
    )
    {
        var pool = tape.Pool;
        var input = MatrixView.Of(x.Value);
        var output = Sum(
            tape,
            residual,
            x.NeedsGradient || linear.Layer.Trainable,
            sum =>
            {
                var activated = pool.Rent(input.Rows, width);
                forward(input, MatrixView.Of(activated));
                FusedLinear.Forward(pool, MatrixView.Of(activated), linear, sum, true, precision);
                pool.Return(activated);
            }
        );
        if (!output.NeedsGradient)
            pool.Return(x.Value);
        tape.Record(
            output,
            () =>
            {
                var gradient = MatrixView.Of(output.Gradient!);
                var work = pool.Rent(input.Rows, width);
                var view = MatrixView.Of(work);
                FusedLinear.InputGradient(pool, linear, gradient, view, precision);
                backward(input, view);
                x.Gradient = x.Value;
                FusedLinear.ParameterGradients(pool, view, linear, gradient, precision);
                pool.Return(work);
                PassOn(output, residual);
            }
        );
        return output;
    }

    /// <summary>
    /// A copy of the residual with something added, or the residual itself where nobody will need it again.
    /// </summary>
    private static Variable Sum(Tape tape, Variable residual, bool trained, Action<MatrixView> add)
    {
        if (!tape.Recording || !(trained || residual.NeedsGradient))
        {
            add(MatrixView.Of(residual.Value));
            return new Variable(residual.Value);
        }
        return tape.Recomputing
            ? new Variable(Compute) { NeedsGradient = true }
            : new Variable(Compute()) { NeedsGradient = true };

        torch.Tensor Compute()
        {
            var sum = tape.Pool.Copy(residual.Value);
            add(MatrixView.Of(sum));
            return sum;
        }
    }

    /// <summary>
    /// The gradient of a sum is that of its residual too: handed on where the residual has none yet, else added.
    /// </summary>
    private static void PassOn(Variable output, Variable residual)
    {
        if (!residual.NeedsGradient)
            return;
        if (residual.Gradient is null)
        {
            residual.Gradient = output.Gradient;
            output.Gradient = null;
        }
        else
            Add(MatrixView.Of(output.Gradient!), MatrixView.Of(residual.Gradient));
    }

    private static unsafe void Add(MatrixView source, MatrixView target) =>
        ThreadTeam.Ranges(
            source.Rows,
            16,
            (from, to) => Elementwise.Add(source.Row(from), target.Row(from), (to - from) * source.Columns)
        );
}
