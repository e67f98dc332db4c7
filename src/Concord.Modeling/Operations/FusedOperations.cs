using Concord.Modeling.Kernels;
using Concord.Modeling.Packing;
using static TorchSharp.torch;

namespace Concord.Modeling.Operations;

/// <summary>
/// The operations on the CPU: one pass forward and one back for everything between two matrix products, weight gradients added up by the product itself, memory kept from batch to batch.
/// </summary>
/// <remarks>
/// Each operation notes how it is undone on a tape; going back over the tape frees what it has used. Cheap things (normalised inputs, activations of the MLP) are computed twice instead of kept.
/// </remarks>
/// <param name="precision">Of the products of linear layers; everything else is fp32.</param>
internal sealed unsafe class FusedOperations(ProductPrecision precision = ProductPrecision.Single) : IOperations
{
    private readonly BufferPool pool = new();
    private readonly List<Action> tape = [];
    private bool recomputing; // on the way back: sums into the residual stream are formed only where something reads them
    private readonly Dictionary<(PackedBatch Batch, int Window, bool RewardsOnly), AttentionPlan> plans = [];

    /// <inheritdoc/>
    public bool Recording { get; set; } = true;

    /// <summary>Every sum of an fp32 kernel goes in an order of its own row; the tensor library's bf16 products go in blocks of rows.</summary>
    public bool IsBatchInvariant => precision == ProductPrecision.Single;

    /// <inheritdoc/>
    public ProductPrecision Precision => precision;

    /// <summary>Bytes of memory held for activations.</summary>
    public long Bytes => pool.Bytes;

    /// <inheritdoc/>
    public Activation Embed(Parameter table, PackedBatch batch)
    {
        var output = Make(batch.TokenCount, table.Value.shape[1], table.Trainable);
        using (no_grad())
        {
            using var rows = table.Value.index_select(0, batch.TokenIds);
            output.Value.copy_(rows);
        }
        Record(output, () => RowSums.Add(MatrixView.Of(output.Gradient!), batch.Ids, MatrixView.Of(table.Gradient!)));
        return output;
    }

    /// <inheritdoc/>
    public Activation Input(Tensor value) => new(Copy(value));

    /// <inheritdoc/>
    public Activation NormLinear(Activation x, NormLayer norm, LinearRows linear)
    {
        var input = MatrixView.Of(x.Value);
        var output = Make(input.Rows, linear.Count, x.NeedsGradient || norm.Weight.Trainable || linear.Layer.Trainable);
        var normalised = pool.Rent(input.Rows, input.Columns);
        var statistics = FusedNorm.Forward(pool, input, norm, MatrixView.Of(normalised));
        FusedLinear.Forward(pool, MatrixView.Of(normalised), linear, MatrixView.Of(output.Value), false, precision);
        pool.Return(normalised);
        if (!output.NeedsGradient) pool.Return(statistics);
        Record(output, () =>
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
                BackThroughNorm(x, norm, statistics, view);
            }
            pool.Return(work);
            pool.Return(statistics);
        });
        return output;
    }

    /// <inheritdoc/>
    public Activation NormHeads(Activation x, HeadNorms norms, int heads, int keyHeads, int headSize)
    {
        var input = MatrixView.Of(x.Value);
        var output = Make(input.Rows, input.Columns, x.NeedsGradient || norms.Query.Trainable);
        var roots = pool.Rent(heads + keyHeads, input.Rows);
        int normed = (heads + keyHeads) * headSize, rest = input.Columns - normed;
        ForEachHead((head, weight) => RmsNorm.Forward(
            input.ColumnRange(head * headSize, headSize), MatrixView.Of(weight.Value).Data, MatrixView.Of(output.Value).ColumnRange(head * headSize, headSize), MatrixView.Of(roots).Row(head), (float)norms.Epsilon));
        CopyColumns(x.Value, output.Value, normed, rest);
        if (!output.NeedsGradient) pool.Return(roots);
        Record(output, () =>
        {
            x.Gradient = pool.Rent(input.Rows, input.Columns);
            MatrixView gradient = MatrixView.Of(output.Gradient!), inputGradient = MatrixView.Of(x.Gradient);
            ForEachHead((head, weight) => RmsNorm.Backward(
                input.ColumnRange(head * headSize, headSize), MatrixView.Of(weight.Value).Data, MatrixView.Of(roots).Row(head), gradient.ColumnRange(head * headSize, headSize), inputGradient.ColumnRange(head * headSize, headSize),
                weight.Trainable ? MatrixView.Of(weight.Gradient!).Data : null, accumulate: false));
            CopyColumns(output.Gradient!, x.Gradient, normed, rest);
            pool.Return(roots);
        });
        if (!output.NeedsGradient) pool.Return(x.Value);
        return output;

        void ForEachHead(Action<int, Parameter> work)
        {
            for (var head = 0; head < heads + keyHeads; head++) work(head, head < heads ? norms.Query : norms.Key);
        }
    }

    /// <inheritdoc/>
    public Activation Attention(Activation queriesKeysValues, AttentionShape shape, PackedBatch batch)
    {
        var plan = Plan(batch, shape.Window, false);
        var input = MatrixView.Of(queriesKeysValues.Value);
        var layout = HeadLayout.Concatenated(shape.Heads, shape.KeyHeads, shape.HeadSize);
        var output = Make(input.Rows, shape.QueryWidth, queriesKeysValues.NeedsGradient);
        var outputView = MatrixView.Of(output.Value);
        var logSums = pool.Rent(input.Rows, shape.Heads);
        Turn(layout.Queries(input), shape.Heads + shape.KeyHeads, input.Rows, batch.Positions, shape, batch, inverse: false); // keys follow the queries
        var kernel = PackedAttention.Shape.Of(layout);
        PackedAttention.Forward(kernel, plan, layout.Queries(input), layout.Keys(input), layout.Values(input), Heads(outputView, shape), MatrixView.Of(logSums).Data);
        if (!output.NeedsGradient)
        {
            pool.Return(logSums);
            pool.Return(queriesKeysValues.Value);
        }
        Record(output, () =>
        {
            queriesKeysValues.Gradient = pool.Rent(input.Rows, input.Columns);
            var back = MatrixView.Of(queriesKeysValues.Gradient);
            PackedAttention.Backward(
                kernel, plan, layout.Queries(input), layout.Keys(input), layout.Values(input), Heads(outputView, shape), MatrixView.Of(logSums).Data, Heads(MatrixView.Of(output.Gradient!), shape),
                layout.Queries(back), layout.Keys(back), layout.Values(back));
            Turn(layout.Queries(back), shape.Heads + shape.KeyHeads, back.Rows, batch.Positions, shape, batch, inverse: true);
            pool.Return(logSums);
        });
        return output;
    }

    /// <inheritdoc/>
    public Activation RewardAttention(Activation queries, Activation keysValues, AttentionShape shape, PackedBatch batch)
    {
        var plan = Plan(batch, shape.Window, true);
        MatrixView asking = MatrixView.Of(queries.Value), answering = MatrixView.Of(keysValues.Value);
        var kernel = PackedAttention.Shape.Of(HeadLayout.Concatenated(shape.Heads, shape.KeyHeads, shape.HeadSize));
        var output = Make(asking.Rows, shape.QueryWidth, queries.NeedsGradient || keysValues.NeedsGradient);
        var outputView = MatrixView.Of(output.Value);
        var logSums = pool.Rent(asking.Rows, shape.Heads);
        using (no_grad())
        {
            using var positions = batch.Positions.index_select(0, batch.RewardPositions);
            Turn(Heads(asking, shape), shape.Heads, asking.Rows, positions, shape, batch, inverse: false);
        }
        Turn(Heads(answering, shape), shape.KeyHeads, answering.Rows, batch.Positions, shape, batch, inverse: false);
        PackedAttention.Forward(kernel, plan, Heads(asking, shape), Heads(answering, shape), Values(answering, shape), Heads(outputView, shape), MatrixView.Of(logSums).Data);
        if (!output.NeedsGradient)
        {
            pool.Return(logSums);
            pool.Return(queries.Value);
            pool.Return(keysValues.Value);
        }
        Record(output, () =>
        {
            queries.Gradient = pool.Rent(asking.Rows, asking.Columns);
            keysValues.Gradient = pool.Rent(answering.Rows, answering.Columns);
            MatrixView queryBack = MatrixView.Of(queries.Gradient), keyBack = MatrixView.Of(keysValues.Gradient);
            PackedAttention.Backward(
                kernel, plan, Heads(asking, shape), Heads(answering, shape), Values(answering, shape), Heads(outputView, shape), MatrixView.Of(logSums).Data, Heads(MatrixView.Of(output.Gradient!), shape),
                Heads(queryBack, shape), Heads(keyBack, shape), Values(keyBack, shape));
            using var positions = batch.Positions.index_select(0, batch.RewardPositions);
            Turn(Heads(queryBack, shape), shape.Heads, queryBack.Rows, positions, shape, batch, inverse: true);
            Turn(Heads(keyBack, shape), shape.KeyHeads, keyBack.Rows, batch.Positions, shape, batch, inverse: true);
            pool.Return(logSums);
        });
        return output;
    }

    /// <inheritdoc/>
    public Activation LinearResidual(Activation x, LinearRows linear, Activation residual)
    {
        var output = OnResidual(residual, x.NeedsGradient || linear.Layer.Trainable, sum => FusedLinear.Forward(pool, MatrixView.Of(x.Value), linear, sum, true, precision));
        if (!output.NeedsGradient) pool.Return(x.Value);
        Record(output, () =>
        {
            var gradient = MatrixView.Of(output.Gradient!);
            FusedLinear.ParameterGradients(pool, MatrixView.Of(x.Value), linear, gradient, precision);
            if (x.NeedsGradient)
            {
                x.Gradient = pool.Rent(x.Value.shape[0], x.Value.shape[1]);
                FusedLinear.InputGradient(pool, linear, gradient, MatrixView.Of(x.Gradient), precision);
            }
            PassOn(output, residual);
        });
        return output;
    }

    /// <inheritdoc/>
    public Activation GatedLinearResidual(Activation gateUp, LinearRows linear, Activation residual) =>
        ActivatedLinearResidual(gateUp, gateUp.Value.shape[1] / 2, SwiGlu.Forward, SwiGlu.Backward, linear, residual);

    /// <inheritdoc/>
    public Activation GeluLinearResidual(Activation x, bool tanh, LinearRows linear, Activation residual) =>
        ActivatedLinearResidual(x, x.Value.shape[1], (input, activated) => Gelu.Forward(input, activated, tanh), (input, activated) => Gelu.Backward(input, activated, tanh), linear, residual);

    /// <inheritdoc/>
    public Activation RewardRows(Activation x, PackedBatch batch)
    {
        var output = Make(batch.RowCount, x.Value.shape[1], x.NeedsGradient);
        using (no_grad())
        {
            using var rows = x.Value.index_select(0, batch.RewardPositions);
            output.Value.copy_(rows);
        }
        Record(output, () =>
        {
            if (x.Gradient is null)
            {
                x.Gradient = pool.Rent(x.Value.shape[0], x.Value.shape[1]);
                x.Gradient.zero_();
            }
            RowSums.Add(MatrixView.Of(output.Gradient!), batch.RewardIndices, MatrixView.Of(x.Gradient));
        });
        return output;
    }

    /// <inheritdoc/>
    public Activation Norm(Activation x, NormLayer norm)
    {
        var input = MatrixView.Of(x.Value);
        var output = Make(input.Rows, input.Columns, x.NeedsGradient || norm.Weight.Trainable);
        var statistics = FusedNorm.Forward(pool, input, norm, MatrixView.Of(output.Value));
        if (!output.NeedsGradient) pool.Return(statistics);
        Record(output, () =>
        {
            BackThroughNorm(x, norm, statistics, MatrixView.Of(output.Gradient!));
            pool.Return(statistics);
        });
        return output;
    }

    /// <inheritdoc/>
    public Activation Recomputed(Activation x, Func<Activation, Activation> layer)
    {
        if (!Recording) return layer(x);
        var copy = Copy(x.Value); // a layer that is not recorded writes over its residual
        Recording = false;
        var output = new Activation(layer(new Activation(copy)).Value) { NeedsGradient = true };
        Recording = true;
        if (!ReferenceEquals(output.Value, copy)) pool.Return(copy);
        Record(output, () =>
        {
            var start = tape.Count;
            var input = new Activation(x.Value) { NeedsGradient = x.NeedsGradient, Gradient = x.Gradient };
            (Recording, recomputing) = (true, true);
            var again = layer(input);
            recomputing = false;
            (again.Gradient, output.Gradient) = (output.Gradient, null);
            GoBackTo(start);
            x.Gradient = input.Gradient;
        });
        return output;
    }

    /// <inheritdoc/>
    public void Backward(Activation output, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        output.Gradient = Copy(gradient);
        GoBackTo(0);
        Reset();
    }

    private void GoBackTo(int start)
    {
        while (tape.Count > start)
        {
            var back = tape[^1];
            tape.RemoveAt(tape.Count - 1);
            back();
        }
    }

    /// <inheritdoc/>
    public void Reset()
    {
        recomputing = false;
        tape.Clear();
        plans.Clear();
        pool.ReturnAll();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Reset();
        pool.Dispose();
    }

    private delegate void ActivationKernel(MatrixView input, MatrixView activated);

    private Activation ActivatedLinearResidual(Activation x, long width, ActivationKernel forward, ActivationKernel backward, LinearRows linear, Activation residual)
    {
        var input = MatrixView.Of(x.Value);
        var output = OnResidual(residual, x.NeedsGradient || linear.Layer.Trainable, sum =>
        {
            var activated = pool.Rent(input.Rows, width);
            forward(input, MatrixView.Of(activated));
            FusedLinear.Forward(pool, MatrixView.Of(activated), linear, sum, true, precision);
            pool.Return(activated);
        });
        if (!output.NeedsGradient) pool.Return(x.Value);
        Record(output, () =>
        {
            var gradient = MatrixView.Of(output.Gradient!);
            var work = pool.Rent(input.Rows, width);
            var view = MatrixView.Of(work);
            FusedLinear.InputGradient(pool, linear, gradient, view, precision);
            backward(input, view); // the input becomes its gradient, the work space the activation once more
            x.Gradient = x.Value;
            FusedLinear.ParameterGradients(pool, view, linear, gradient, precision);
            pool.Return(work);
            PassOn(output, residual);
        });
        return output;
    }

    private Activation Make(long rows, long columns, bool trained) => new(pool.Rent(rows, columns)) { NeedsGradient = Recording && trained };

    /// <summary>A copy of the residual with something added, or the residual itself where nobody will need it again.</summary>
    private Activation OnResidual(Activation residual, bool trained, Action<MatrixView> add)
    {
        if (!Recording || !(trained || residual.NeedsGradient))
        {
            add(MatrixView.Of(residual.Value));
            return new Activation(residual.Value);
        }
        return recomputing ? new Activation(Sum) { NeedsGradient = true } : new Activation(Sum()) { NeedsGradient = true };

        Tensor Sum()
        {
            var sum = Copy(residual.Value);
            add(MatrixView.Of(sum));
            return sum;
        }
    }

    private Tensor Copy(Tensor value)
    {
        var copy = pool.Rent(value.shape[0], value.shape[1]);
        using var mode = no_grad();
        copy.copy_(value);
        return copy;
    }

    /// <summary>Notes how an operation is undone; its output and the output's gradient are free afterwards.</summary>
    private void Record(Activation output, Action back)
    {
        if (!output.NeedsGradient) return;
        tape.Add(() =>
        {
            if (output.Gradient is not null) back();
            var shared = ReferenceEquals(output.Gradient, output.Computed);
            pool.Return(output.Gradient);
            if (!shared) pool.Return(output.Computed);
        });
    }

    /// <summary>The gradient of a sum is that of its residual too: handed on where the residual has none yet, else added.</summary>
    private static void PassOn(Activation output, Activation residual)
    {
        if (!residual.NeedsGradient) return;
        if (residual.Gradient is null)
        {
            residual.Gradient = output.Gradient;
            output.Gradient = null;
        }
        else
        {
            MatrixView source = MatrixView.Of(output.Gradient!), target = MatrixView.Of(residual.Gradient);
            ThreadTeam.Ranges(source.Rows, 16, (from, to) => Elementwise.Add(source.Row(from), target.Row(from), (to - from) * source.Columns));
        }
    }

    private void BackThroughNorm(Activation x, NormLayer norm, Tensor statistics, MatrixView gradient)
    {
        var first = x.Gradient is null;
        x.Gradient ??= pool.Rent(x.Value.shape[0], x.Value.shape[1]);
        FusedNorm.Backward(pool, MatrixView.Of(x.Value), norm, statistics, gradient, MatrixView.Of(x.Gradient), accumulate: !first);
    }

    private AttentionPlan Plan(PackedBatch batch, int window, bool rewardsOnly)
    {
        var key = (batch, window, rewardsOnly);
        if (plans.TryGetValue(key, out var plan)) return plan;
        int? looksBack = window == 0 ? null : window;
        return plans[key] = rewardsOnly ? AttentionPlan.ForRows(batch.Segments, batch.RewardIndices, looksBack) : AttentionPlan.ForAllRows(batch.Segments, looksBack);
    }

    private static HeadView Heads(MatrixView buffer, AttentionShape shape) => new(buffer.Data, buffer.Stride, shape.HeadSize);

    // in a buffer of keys, then values
    private static HeadView Values(MatrixView buffer, AttentionShape shape) => new(buffer.Data + shape.KeyWidth, buffer.Stride, shape.HeadSize);

    private static void Turn(HeadView heads, int count, int rows, Tensor positions, AttentionShape shape, PackedBatch batch, bool inverse)
    {
        var (cosines, sines) = shape.Rotary.Tables(batch.PositionIndices.Max() + 1, CPU);
        fixed (byte* first = positions.bytes)
            Rotary.Apply(heads, rows, count, (long*)first, MatrixView.Of(cosines).Data, MatrixView.Of(sines).Data, shape.Rotary.Dimensions / 2, inverse);
    }

    private static void CopyColumns(Tensor source, Tensor target, int first, int count)
    {
        if (count == 0) return;
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        target.narrow(1, first, count).copy_(source.narrow(1, first, count));
    }
}
