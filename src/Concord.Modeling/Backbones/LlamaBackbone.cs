using Concord.Modeling.Operations;
using Concord.Modeling.Packing;

namespace Concord.Modeling.Backbones;

/// <summary>
/// LLaMA's architecture: pre-norm decoder with RMSNorm, rotary positions, grouped-query attention and SwiGLU.
/// </summary>
/// <remarks>
/// Its families (<see cref="LlamaFamily"/> and those that build it) differ in biases, head norms, window, rotary
/// dimensions and scaling, which the configuration says, and in how the files name queries, keys, values, gate and up.
/// </remarks>
internal sealed class LlamaBackbone : IBackbone
{
    private sealed record Block(
        AttentionShape Shape,
        NormLayer InputNorm,
        LinearLayer QueryKeyValue,
        HeadNorms? HeadNorms,
        LinearLayer Output,
        NormLayer MlpNorm,
        LinearLayer GateUp,
        LinearLayer Down
    );

    private readonly Block[] blocks;
    private readonly AttentionShape shape;

    /// <summary>Builds the model of a configuration from a source of weights.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="source">Where weights come from.</param>
    /// <param name="queryKeyValue">Names of the modules of queries, keys and values in a layer, or of all in
    /// one.</param>
    /// <param name="gateUp">Names of the modules of gate and up in a layer, or of both in one.</param>
    public LlamaBackbone(BackboneConfig config, IParameterSource source, string[] queryKeyValue, string[] gateUp)
    {
        Config = config;
        int hidden = config.HiddenSize,
            head = config.HeadDimension;
        shape = new AttentionShape(
            config.Heads,
            config.KeyValueHeads,
            head,
            0,
            new RotaryTable(RotaryFrequencies.Of(config))
        );
        Embedding = source.Make(
            ParameterSpec.Single("model.embed_tokens.weight", [config.VocabularySize, hidden], ParameterStart.Normal)
        );
        blocks = [.. Enumerable.Range(0, config.Layers).Select(MakeBlock)];
        FinalNorm = Norm("model.norm", hidden);

        Block MakeBlock(int layer)
        {
            var name = $"model.layers.{layer}";
            return new Block(
                shape with
                {
                    Window = config.SlidingWindowOf(layer) ?? 0,
                },
                Norm($"{name}.input_layernorm", hidden),
                Linear(
                    name,
                    "self_attn.qkv_proj",
                    queryKeyValue,
                    [shape.QueryWidth, shape.KeyWidth, shape.KeyWidth],
                    hidden,
                    config.QueryKeyValueBias
                ),
                config.QueryKeyNorm
                    ? new HeadNorms(
                        NormWeight($"{name}.self_attn.q_norm", head),
                        NormWeight($"{name}.self_attn.k_norm", head),
                        config.NormEpsilon
                    )
                    : null,
                Linear(
                    name,
                    "self_attn.o_proj",
                    ["self_attn.o_proj"],
                    [hidden],
                    shape.QueryWidth,
                    config.AttentionOutputBias
                ),
                Norm($"{name}.post_attention_layernorm", hidden),
                Linear(
                    name,
                    "mlp.gate_up_proj",
                    gateUp,
                    [config.IntermediateSize, config.IntermediateSize],
                    hidden,
                    config.MlpBias
                ),
                Linear(name, "mlp.down_proj", ["mlp.down_proj"], [hidden], config.IntermediateSize, config.MlpBias)
            );
        }

        Parameter NormWeight(string name, int size) =>
            source.Make(ParameterSpec.Single($"{name}.weight", [size], ParameterStart.Ones));

        NormLayer Norm(string name, int size) => new(NormWeight(name, size), null, config.NormEpsilon);

        // one product whether the files hold its parts in tensors of their own or end to end in one
        LinearLayer Linear(string layer, string name, string[] modules, int[] parts, int inputs, bool bias)
        {
            long rows = parts.Sum();
            long[] rowsOf = modules.Length == 1 ? [rows] : [.. parts.Select(part => (long)part)];
            Parameter Make(string kind, long[] tail, ParameterStart start) =>
                source.Make(
                    new ParameterSpec(
                        $"{layer}.{name}.{kind}",
                        new WeightLayout([.. modules.Select(module => $"{layer}.{module}.{kind}")], rowsOf),
                        [rows, .. tail],
                        start
                    )
                );
            return new LinearLayer(
                Make("weight", [inputs], ParameterStart.Normal),
                bias ? Make("bias", [], ParameterStart.Zeros) : null
            );
        }
    }

    /// <summary>With queries, keys, values, gate and up in tensors of their own.</summary>
    public static LlamaBackbone Split(BackboneConfig config, IParameterSource source) =>
        new(
            config,
            source,
            ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
            ["mlp.gate_proj", "mlp.up_proj"]
        );

    /// <inheritdoc/>
    public BackboneConfig Config { get; }

    /// <inheritdoc/>
    public Parameter Embedding { get; }

    /// <inheritdoc/>
    public NormLayer FinalNorm { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Parameter> Parameters =>
        [Embedding, .. Enumerable.Range(0, blocks.Length).SelectMany(LayerParameters), FinalNorm.Weight];

    /// <inheritdoc/>
    public IReadOnlyList<Parameter> LayerParameters(int layer)
    {
        var block = blocks[layer];
        return
        [
            .. new[]
            {
                block.InputNorm.Weight,
                block.QueryKeyValue.Weight,
                block.QueryKeyValue.Bias,
                block.HeadNorms?.Query,
                block.HeadNorms?.Key,
                block.Output.Weight,
                block.Output.Bias,
                block.MlpNorm.Weight,
                block.GateUp.Weight,
                block.GateUp.Bias,
                block.Down.Weight,
                block.Down.Bias,
            }.OfType<Parameter>(),
        ];
    }

    /// <inheritdoc/>
    public IReadOnlyList<AdapterTarget> AdapterTargets(int layer)
    {
        var block = blocks[layer];
        return AdapterTarget.In(block.QueryKeyValue, block.Output, block.GateUp, block.Down);
    }

    /// <inheritdoc/>
    public Variable Embed(IOperations operations, TokenBatch batch) => operations.Embed(Embedding, batch.Ids);

    /// <inheritdoc/>
    public Variable Layer(IOperations operations, Variable x, int layer, TokenBatch batch)
    {
        var block = blocks[layer];
        var projected = operations.NormLinear(x, block.InputNorm, block.QueryKeyValue.All); // (T, Q | K | V)
        if (block.HeadNorms is { } norms)
            projected = operations.NormHeads(projected, norms, shape.Heads, shape.KeyHeads, shape.HeadSize);
        projected = operations.Rotary(projected, shape.Heads + shape.KeyHeads, shape, batch.Positions);
        var attended = operations.Attention(
            new Columns(projected, 0, shape.QueryWidth),
            Columns.KeysValues(new Columns(projected, shape.QueryWidth, 2 * shape.KeyWidth), layer, batch),
            shape,
            batch.Attention(block.Shape.Window)
        ); // (T, Q)
        return Mlp(operations, block, operations.LinearResidual(attended, block.Output.All, x));
    }

    /// <inheritdoc/>
    public Variable OutputLayer(IOperations operations, Variable x, TokenBatch batch)
    {
        var block = blocks[^1];
        var rows = operations.Rows(x, batch.Outputs); // (N, H)
        // (N, Q)
        var queries = operations.NormLinear(rows, block.InputNorm, block.QueryKeyValue.Rows(0, shape.QueryWidth));
        var keysValues = operations.NormLinear(
            x,
            block.InputNorm,
            block.QueryKeyValue.Rows(shape.QueryWidth, 2 * shape.KeyWidth)
        ); // (T, K | V)
        if (block.HeadNorms is { } norms)
        {
            queries = operations.NormHeads(queries, norms, shape.Heads, 0, shape.HeadSize);
            keysValues = operations.NormHeads(keysValues, norms, 0, shape.KeyHeads, shape.HeadSize);
        }
        queries = operations.Rotary(queries, shape.Heads, shape, batch.OutputPositions);
        keysValues = operations.Rotary(keysValues, shape.KeyHeads, shape, batch.Positions);
        var attended = operations.Attention(
            Columns.All(queries),
            Columns.KeysValues(Columns.All(keysValues), blocks.Length - 1, batch),
            shape,
            batch.OutputAttention(block.Shape.Window)
        ); // (N, Q)
        return Mlp(operations, block, operations.LinearResidual(attended, block.Output.All, rows));
    }

    private Variable Mlp(IOperations operations, Block block, Variable x)
    {
        var gateUp = operations.NormLinear(x, block.MlpNorm, block.GateUp.All); // (T, gate | up)
        // (T, H)
        return operations.GatedLinearResidual(gateUp, ActivationFunctions.Of(Config.Activation), block.Down.All, x);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        shape.Rotary.Dispose();
        foreach (var parameter in Parameters)
            parameter.Dispose();
    }
}
