using Concord.Kernels;
using Concord.Modeling.Packing;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Concord.Modeling.Operations;

/// <summary>
/// The operations in the tensor library's own terms: for any device and precision, and the oracle the fused ones are
/// tested against.
/// </summary>
/// <param name="precision">Of the products of linear layers, whose results are rounded to it; everything else is
/// fp32.</param>
internal sealed class AutogradOperations(ProductPrecision precision = ProductPrecision.Single) : IOperations
{
    private sealed record Segment(Variable Input, Func<Variable, Variable> Layer, Tensor Output);

    private readonly List<Tensor> values = [];
    private readonly List<Segment> recomputed = []; // the graph ends at the output of each and begins anew there

    /// <inheritdoc/>
    public bool Recording { get; set; } = true;

    /// <inheritdoc/>
    public bool IsBatchInvariant => false;

    /// <inheritdoc/>
    public ProductPrecision Precision => precision;

    /// <inheritdoc/>
    public Variable Embed(Parameter table, IndexList ids) =>
        Run(() => table.Value.index_select(0, ids.Tensor).to_type(ScalarType.Float32));

    /// <inheritdoc/>
    public Variable Input(Tensor value) => Run(() => value.alias());

    /// <inheritdoc/>
    public Variable NormLinear(Variable x, NormLayer norm, LinearRows linear) =>
        Run(() => Linear(Normalise(x.Value, norm), linear));

    /// <inheritdoc/>
    public Variable NormHeads(Variable x, HeadNorms norms, int heads, int keyHeads, int headSize) =>
        Run(() =>
        {
            var parts = x.Value.split(
                [heads * headSize, keyHeads * headSize, x.Value.shape[1] - (heads + keyHeads) * headSize],
                1
            );
            return cat([Heads(parts[0], norms.Query), Heads(parts[1], norms.Key), parts[2]], 1);

            Tensor Heads(Tensor part, Parameter weight) =>
                part.shape[1] == 0
                    ? part
                    : RootMeanSquare(part.view(part.shape[0], -1, headSize), weight.Value, norms.Epsilon)
                        .view(part.shape); // (T, heads, d)
        });

    /// <inheritdoc/>
    public Variable Rotary(Variable x, int heads, AttentionShape shape, IndexList positions) =>
        Run(() =>
        {
            var width = heads * shape.HeadSize;
            var turned = Rotate(x.Value.narrow(1, 0, width).view(x.Value.shape[0], heads, shape.HeadSize));
            var rest = x.Value.shape[1] - width;
            return rest == 0
                ? turned.reshape(x.Value.shape)
                : cat([turned.flatten(1), x.Value.narrow(1, width, rest)], 1);

            // (T, heads, d)
            Tensor Rotate(Tensor vectors)
            {
                var turning = shape.Rotary.Dimensions;
                var (cosines, sines) = shape.Rotary.Tables(positions.Largest + 1, vectors.device);
                Tensor cosine = Angles(cosines),
                    sine = Angles(sines);
                var halves = vectors.narrow(-1, 0, turning).chunk(2, -1);
                var pieces = new List<Tensor>
                {
                    halves[0] * cosine - halves[1] * sine,
                    halves[1] * cosine + halves[0] * sine,
                };
                if (turning < shape.HeadSize)
                    pieces.Add(vectors.narrow(-1, turning, shape.HeadSize - turning));
                return cat(pieces, -1);

                // (T, 1, n/2)
                Tensor Angles(Tensor table) =>
                    table.index_select(0, positions.Tensor).to_type(vectors.dtype).unsqueeze(1);
            }
        });

    /// <inheritdoc/>
    public Variable Attention(Columns queries, Columns keysValues, AttentionShape shape, AttentionPattern pattern) =>
        Run(() =>
        {
            var asking = Heads(queries.View(), shape.Heads);
            var answering = keysValues.View();
            var keys = Heads(answering.narrow(1, 0, shape.KeyWidth), shape.KeyHeads);
            var values = Heads(answering.narrow(1, shape.KeyWidth, shape.KeyWidth), shape.KeyHeads);
            var outputs = new List<Tensor>();
            var first = 0;
            foreach (var (group, mask) in pattern.Plan.Groups.Zip(pattern.Masks))
            {
                if (group.Queries > 0)
                    outputs.Add(
                        Attend(
                            asking.narrow(0, first, group.Queries),
                            RowsOf(keys, group.Keys),
                            RowsOf(values, group.Keys),
                            mask,
                            shape
                        )
                    );
                first += group.Queries;
            }
            return cat(outputs, 0);

            // (rows, heads, d)
            Tensor Heads(Tensor part, int heads) => part.view(part.shape[0], heads, shape.HeadSize);

            static Tensor RowsOf(Tensor vectors, KeyRun[] runs) =>
                runs is [var only]
                    ? vectors.narrow(0, only.Start, only.Count)
                    : cat([.. runs.Select(run => vectors.narrow(0, run.Start, run.Count))], 0);
        });

    /// <inheritdoc/>
    public Variable LinearResidual(Variable x, LinearRows linear, Variable residual) =>
        Run(() => residual.Value + Linear(x.Value, linear));

    /// <inheritdoc/>
    public Variable GatedLinearResidual(
        Variable gateUp,
        ActivationFunction activation,
        LinearRows linear,
        Variable residual
    ) =>
        Run(() =>
        {
            var parts = gateUp.Value.chunk(2, 1);
            return residual.Value + Linear(Activated(parts[0], activation) * parts[1], linear);
        });

    /// <inheritdoc/>
    public Variable ActivatedLinearResidual(
        Variable x,
        ActivationFunction activation,
        LinearRows linear,
        Variable residual
    ) => Run(() => residual.Value + Linear(Activated(x.Value, activation), linear));

    /// <inheritdoc/>
    public Variable Rows(Variable x, IndexList rows) => Run(() => x.Value.index_select(0, rows.Tensor));

    /// <inheritdoc/>
    public Variable Norm(Variable x, NormLayer norm) => Run(() => Normalise(x.Value, norm));

    /// <inheritdoc/>
    public TokenLogProbabilities LogProbabilities(Tensor hidden, LinearLayer projection, TokenTargets targets)
    {
        var (values, logSums) = (new double[targets.Count], new double[hidden.shape[0]]);
        using var mode = no_grad();
        foreach (var (first, count, chosen) in Blocks(hidden, targets))
        {
            using var scope = NewDisposeScope();
            var scores = Scores(hidden.narrow(0, first, count), projection);
            scores.logsumexp(1).cpu().data<double>().CopyTo(logSums, first);
            var picked = Pick(scores.log_softmax(1), targets, chosen, first).cpu().data<double>().ToArray();
            for (var i = 0; i < chosen.Length; i++)
                values[chosen[i]] = picked[i];
        }
        return new(values, logSums);
    }

    /// <inheritdoc/>
    public Tensor LogProbabilitiesBackward(
        Tensor hidden,
        LinearLayer projection,
        TokenTargets targets,
        TokenLogProbabilities result,
        IReadOnlyList<double> gradients
    )
    {
        var hiddenGradient = zeros_like(hidden);
        foreach (var (first, count, chosen) in Blocks(hidden, targets))
        {
            if (chosen.Length == 0)
                continue;
            using var scope = NewDisposeScope();
            var states = hidden.narrow(0, first, count).detach().clone().requires_grad_();
            var given = tensor([.. chosen.Select(target => gradients[target])], device: hidden.device);
            Pick(Scores(states, projection).log_softmax(1), targets, chosen, first).backward([given]);
            using var writing = no_grad();
            hiddenGradient.narrow(0, first, count).copy_(states.grad!);
        }
        return hiddenGradient;
    }

    /// <inheritdoc/>
    public Variable Recomputed(Variable x, Func<Variable, Variable> layer)
    {
        if (!Recording)
            return layer(x);
        var kept = values.Count;
        Recording = false;
        var output = layer(x).Value;
        Recording = true;
        values.RemoveAt(values.Count - 1); // the layer's last
        DropFrom(kept);
        values.Add(output);
        output.requires_grad_(true);
        recomputed.Add(new Segment(x, layer, output));
        return new Variable(output) { NeedsGradient = true };
    }

    /// <inheritdoc/>
    public void Backward(Variable output, Tensor gradient)
    {
        if (output.Value.requires_grad)
            output.Value.backward([gradient]);
        Recording = true;
        for (var i = recomputed.Count - 1; i >= 0; i--)
        {
            using var scope = NewDisposeScope();
            var kept = values.Count;
            var segment = recomputed[i];
            var input = segment.Input.Value.detach();
            if (segment.Input.NeedsGradient)
                input.requires_grad_(true);
            segment
                .Layer(new Variable(input) { NeedsGradient = segment.Input.NeedsGradient })
                .Value.backward([segment.Output.grad!]);
            segment.Output.grad = null;
            DropFrom(kept);
            if (segment.Input.NeedsGradient)
                segment.Input.Value.backward([input.grad!]);
        }
        Reset();
    }

    /// <inheritdoc/>
    public void Reset()
    {
        recomputed.Clear();
        DropFrom(0);
    }

    private void DropFrom(int kept)
    {
        for (var i = kept; i < values.Count; i++)
            values[i].Dispose();
        values.RemoveRange(kept, values.Count - kept);
    }

    /// <inheritdoc/>
    public void Dispose() => Reset();

    // Temporaries go at once (the graph keeps what it needs), results when the batch is done.
    private Variable Run(Func<Tensor> compute)
    {
        using var scope = NewDisposeScope();
        using var mode = Recording ? null : no_grad();
        var result = compute().DetachFromDisposeScope();
        values.Add(result);
        return new Variable(result) { NeedsGradient = result.requires_grad };
    }

    // rows at a time: scores of all rows over the whole vocabulary are never held
    private static IEnumerable<(int First, int Count, int[] Targets)> Blocks(Tensor hidden, TokenTargets targets)
    {
        const int Block = 128;
        var rows = (int)hidden.shape[0];
        var byBlock = Enumerable.Range(0, targets.Count).ToLookup(target => targets.Rows[target] / Block);
        for (var first = 0; first < rows; first += Block)
            yield return (first, Math.Min(Block, rows - first), [.. byBlock[first / Block]]);
    }

    // (rows, H) -> (rows, V), in double precision from here on
    private Tensor Scores(Tensor hidden, LinearLayer projection) =>
        Linear(hidden, projection.All).to_type(ScalarType.Float64);

    private static Tensor Pick(Tensor scores, TokenTargets targets, int[] chosen, int firstRow)
    {
        var places = Array.ConvertAll(
            chosen,
            target => (targets.Rows[target] - firstRow) * scores.shape[1] + targets.Ids[target]
        );
        return scores.flatten().index_select(0, tensor(places, device: scores.device));
    }

    private Tensor Linear(Tensor x, LinearRows rows)
    {
        var layer = rows.Layer;
        var weight = Rows(layer.Weight.Value, rows);
        var bias = layer.Bias is null ? null : Rows(layer.Bias.Value, rows);
        var result = Product(x, weight, bias);
        foreach (var adapter in layer.Adapters)
        {
            int first = Math.Max(rows.First, adapter.FirstRow),
                end = Math.Min(rows.First + rows.Count, adapter.FirstRow + adapter.Rows);
            if (first >= end)
                continue;
            var delta =
                Product(
                    Product(x, adapter.Down.Value),
                    adapter.Up.Value.narrow(0, first - adapter.FirstRow, end - first)
                ) * adapter.Scale;
            result = result + F.pad(delta, [first - rows.First, rows.First + rows.Count - end]);
        }
        return result;
    }

    // the tensor library sums products of bf16 factors in fp32
    private Tensor Product(Tensor x, Tensor weight, Tensor? bias = null)
    {
        var type = precision == ProductPrecision.Bf16 ? ScalarType.BFloat16 : x.dtype;
        return F.linear(x.to_type(type), weight.to_type(type), bias?.to_type(type)).to_type(x.dtype);
    }

    private static Tensor Rows(Tensor tensor, LinearRows rows) =>
        rows.Count == rows.Layer.Outputs ? tensor : tensor.narrow(0, rows.First, rows.Count);

    private static Tensor Normalise(Tensor x, NormLayer norm) =>
        norm.Bias is null
            ? RootMeanSquare(x, norm.Weight.Value, norm.Epsilon)
            : F.layer_norm(
                x,
                [x.shape[^1]],
                norm.Weight.Value.to_type(x.dtype),
                norm.Bias.Value.to_type(x.dtype),
                norm.Epsilon
            );

    private static Tensor RootMeanSquare(Tensor x, Tensor weight, double epsilon) =>
        x * rsqrt(x.square().mean([-1], true) + epsilon) * weight.to_type(x.dtype);

    private static Tensor Activated(Tensor x, ActivationFunction activation) =>
        activation switch
        {
            ActivationFunction.Silu => F.silu(x),
            ActivationFunction.Gelu => F.gelu(x),
            _ => GeluTanh(x),
        };

    // 0.5 x (1 + tanh(sqrt(2/π) (x + 0.044715 x³)))
    private static Tensor GeluTanh(Tensor x) =>
        0.5 * x * (1 + ((x + 0.044715 * x.pow(3)) * Math.Sqrt(2 / Math.PI)).tanh());

    // (Tq, heads, d), (Tk, keyHeads, d), (Tk, keyHeads, d), (Tq, Tk) -> (Tq, heads * d)
    private static Tensor Attend(Tensor queries, Tensor keys, Tensor values, Tensor mask, AttentionShape shape)
    {
        var group = shape.Heads / shape.KeyHeads;
        var output = F.scaled_dot_product_attention(
            ByHead(queries, 1),
            ByHead(keys, group),
            ByHead(values, group),
            mask
        ); // (1, heads, Tq, d)
        return output.squeeze(0).transpose(0, 1).reshape(queries.shape[0], shape.QueryWidth);

        static Tensor ByHead(Tensor x, int repeats)
        {
            var heads = x.transpose(0, 1).unsqueeze(0); // (1, heads, T, d)
            return repeats == 1 ? heads : heads.repeat_interleave(repeats, 1);
        }
    }
}
