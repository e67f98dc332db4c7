using Concord.Kernels;
using Concord.Modeling.Packing;
using static TorchSharp.torch;

namespace Concord.Modeling.Operations;

/// <summary>
/// The operations on the CPU: one pass forward and one back for everything between two matrix products, weight
/// gradients added up by the product itself, memory kept from batch to batch.
/// </summary>
/// <remarks>
/// Each operation notes how it is undone on a <see cref="Tape"/>; going back over it frees what it has used. Cheap
/// things (normalised inputs, activations of the MLP) are computed twice instead of kept.
/// </remarks>
internal sealed class FusedOperations : IOperations
{
    private readonly Tape tape;
    private readonly ProductPrecision precision;

    /// <summary>Operations with memory of their own.</summary>
    /// <param name="precision">Of the products of linear layers; everything else is fp32.</param>
    public FusedOperations(ProductPrecision precision = ProductPrecision.Single)
    {
        this.precision = precision;
        tape = new Tape(new BufferPool());
    }

    /// <inheritdoc/>
    public bool Recording
    {
        get => tape.Recording;
        set => tape.Recording = value;
    }

    /// <summary>
    /// Every sum of an fp32 kernel goes in an order of its own row; the tensor library's bf16 products go in blocks of
    /// rows.
    /// </summary>
    public bool IsBatchInvariant => precision == ProductPrecision.Single;

    /// <inheritdoc/>
    public ProductPrecision Precision => precision;

    /// <summary>Bytes of memory held for activations.</summary>
    public long Bytes => tape.Pool.Bytes;

    /// <inheritdoc/>
    public Variable Embed(Parameter table, IndexList ids) => FusedRows.Embed(tape, table, ids);

    /// <inheritdoc/>
    public Variable Input(Tensor value) => new(tape.Pool.Copy(value));

    /// <inheritdoc/>
    public Variable NormLinear(Variable x, NormLayer norm, LinearRows linear) =>
        FusedNormLinear.Linear(tape, x, norm, linear, precision);

    /// <inheritdoc/>
    public Variable NormHeads(Variable x, HeadNorms norms, int heads, int keyHeads, int headSize) =>
        FusedHeadNorms.Apply(tape, x, norms, heads, keyHeads, headSize);

    /// <inheritdoc/>
    public Variable Rotary(Variable x, int heads, AttentionShape shape, IndexList positions) =>
        FusedRotary.Apply(tape, x, heads, shape, positions);

    /// <inheritdoc/>
    public Variable Attention(Columns queries, Columns keysValues, AttentionShape shape, AttentionPattern pattern) =>
        FusedAttention.Apply(tape, queries, keysValues, shape, pattern.Plan);

    /// <inheritdoc/>
    public Variable LinearResidual(Variable x, LinearRows linear, Variable residual) =>
        FusedResidual.Linear(tape, x, linear, residual, precision);

    /// <inheritdoc/>
    public Variable GatedLinearResidual(
        Variable gateUp,
        ActivationFunction activation,
        LinearRows linear,
        Variable residual
    )
    {
        var (forward, backward) = ActivationKernels.Gated(activation);
        return FusedResidual.ActivatedLinear(
            tape,
            gateUp,
            gateUp.Value.shape[1] / 2,
            forward,
            backward,
            linear,
            residual,
            precision
        );
    }

    /// <inheritdoc/>
    public Variable ActivatedLinearResidual(
        Variable x,
        ActivationFunction activation,
        LinearRows linear,
        Variable residual
    )
    {
        var (forward, backward) = ActivationKernels.Plain(activation);
        return FusedResidual.ActivatedLinear(tape, x, x.Value.shape[1], forward, backward, linear, residual, precision);
    }

    /// <inheritdoc/>
    public Variable Rows(Variable x, IndexList rows) => FusedRows.Pick(tape, x, rows);

    /// <inheritdoc/>
    public Variable Norm(Variable x, NormLayer norm) => FusedNormLinear.Norm(tape, x, norm);

    /// <inheritdoc/>
    public TokenLogProbabilities LogProbabilities(Tensor hidden, LinearLayer projection, TokenTargets targets) =>
        FusedLogProbabilities.Forward(tape.Pool, MatrixView.Of(hidden), projection, targets, precision);

    /// <inheritdoc/>
    public Tensor LogProbabilitiesBackward(
        Tensor hidden,
        LinearLayer projection,
        TokenTargets targets,
        TokenLogProbabilities result,
        IReadOnlyList<double> gradients
    ) =>
        FusedLogProbabilities.Backward(
            tape.Pool,
            MatrixView.Of(hidden),
            projection,
            targets,
            result,
            gradients,
            precision
        );

    /// <inheritdoc/>
    public Variable Recomputed(Variable x, Func<Variable, Variable> layer)
    {
        if (!Recording)
            return layer(x);
        var copy = tape.Pool.Copy(x.Value); // a layer that is not recorded writes over its residual
        Recording = false;
        var output = new Variable(layer(new Variable(copy)).Value) { NeedsGradient = true };
        Recording = true;
        if (!ReferenceEquals(output.Value, copy))
            tape.Pool.Return(copy);
        tape.Record(
            output,
            () =>
            {
                var start = tape.Mark;
                var input = new Variable(x.Value) { NeedsGradient = x.NeedsGradient, Gradient = x.Gradient };
                (tape.Recording, tape.Recomputing) = (true, true);
                var again = layer(input);
                tape.Recomputing = false;
                (again.Gradient, output.Gradient) = (output.Gradient, null);
                tape.GoBackTo(start);
                x.Gradient = input.Gradient;
            }
        );
        return output;
    }

    /// <inheritdoc/>
    public void Backward(Variable output, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        output.Gradient = tape.Pool.Copy(gradient);
        tape.GoBackTo(0);
        Reset();
    }

    /// <inheritdoc/>
    public void Reset() => tape.Clear();

    /// <inheritdoc/>
    public void Dispose()
    {
        Reset();
        tape.Pool.Dispose();
    }
}
