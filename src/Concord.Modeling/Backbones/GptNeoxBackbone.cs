using Concord.Modeling.Operations;
using Concord.Modeling.Packing;

namespace Concord.Modeling.Backbones;

/// <summary>
/// GPT-NeoX (all Pythia sizes): LayerNorm with biases, rotary positions on a part of each head, GELU, attention and MLP
/// beside each other or one after the other.
/// </summary>
/// <remarks>
/// Checkpoints hold query, key and value rows alternating by head; here all queries come first, then keys, then values,
/// as in the other families.
/// </remarks>
internal sealed class GptNeoxBackbone : IBackbone
{
    private sealed record Block(
        NormLayer InputNorm,
        LinearLayer QueryKeyValue,
        LinearLayer Output,
        NormLayer MlpNorm,
        LinearLayer Up,
        LinearLayer Down
    );

    private readonly Block[] blocks;
    private readonly AttentionShape shape;

    /// <summary>The declaration.</summary>
    public static BackboneFamily Family { get; } =
        new("GptNeoX", "gpt_neox", "GPTNeoX", (config, source) => new GptNeoxBackbone(config, source))
        {
            LanguageModelHeadName = "embed_out.weight",
            FeedForwardMatrices = 2,
            EpsilonKey = "layer_norm_eps",
            Epsilon = 1e-5,
            Activation = BackboneActivation.Gelu,
            GroupedQueries = false,
            RopeThetaKey = "rotary_emb_base",
            RotaryFractionKey = "rotary_pct",
            PartialRotary = true,
            RotaryFraction = .25,
            OwnKeys = ["use_parallel_residual", "attention_bias"],
            Read = (config, shape) =>
            {
                var bias = config.Boolean("attention_bias") ?? true;
                return shape with
                {
                    ParallelResidual = config.Boolean("use_parallel_residual") ?? true,
                    QueryKeyValueBias = bias,
                    AttentionOutputBias = bias,
                    MlpBias = true,
                };
            },
            Write = (json, shape) =>
            {
                json["use_parallel_residual"] = shape.ParallelResidual;
                json["attention_bias"] = shape.QueryKeyValueBias;
                json["hidden_dropout"] = 0.0;
            },
            Presets = family =>
                [
                    ("pythia-14m", Pythia(family, 128, 6, 4, 50304)),
                    ("pythia-70m", Pythia(family, 512, 6, 8, 50304)),
                    ("pythia-160m", Pythia(family, 768, 12, 12, 50304)),
                    ("pythia-410m", Pythia(family, 1024, 24, 16, 50304)),
                    ("pythia-1b", Pythia(family, 2048, 16, 8, 50304)),
                    ("pythia-1.4b", Pythia(family, 2048, 24, 16, 50304)),
                    ("pythia-2.8b", Pythia(family, 2560, 32, 32, 50304)),
                    ("pythia-6.9b", Pythia(family, 4096, 32, 32, 50432)),
                    ("pythia-12b", Pythia(family, 5120, 36, 40, 50688)),
                ],
        };

    /// <summary>Builds the model of a configuration from a source of weights.</summary>
    private GptNeoxBackbone(BackboneConfig config, IParameterSource source)
    {
        Config = config;
        int hidden = config.HiddenSize,
            inner = config.IntermediateSize;
        shape = new AttentionShape(
            config.Heads,
            config.Heads,
            config.HeadDimension,
            0,
            new RotaryTable(RotaryFrequencies.Of(config))
        );
        Embedding = source.Make(
            ParameterSpec.Single("gpt_neox.embed_in.weight", [config.VocabularySize, hidden], ParameterStart.Normal)
        );
        blocks =
        [
            .. Enumerable
                .Range(0, config.Layers)
                .Select(layer => $"gpt_neox.layers.{layer}")
                .Select(name => new Block(
                    Norm($"{name}.input_layernorm"),
                    Linear(
                        $"{name}.attention.query_key_value",
                        3 * hidden,
                        hidden,
                        config.QueryKeyValueBias,
                        config.Heads
                    ),
                    Linear($"{name}.attention.dense", hidden, hidden, config.AttentionOutputBias),
                    Norm($"{name}.post_attention_layernorm"),
                    Linear($"{name}.mlp.dense_h_to_4h", inner, hidden, true),
                    Linear($"{name}.mlp.dense_4h_to_h", hidden, inner, true)
                )),
        ];
        FinalNorm = Norm("gpt_neox.final_layer_norm");

        NormLayer Norm(string name) =>
            new(
                source.Make(ParameterSpec.Single($"{name}.weight", [hidden], ParameterStart.Ones)),
                source.Make(ParameterSpec.Single($"{name}.bias", [hidden], ParameterStart.Zeros)),
                config.NormEpsilon
            );

        LinearLayer Linear(string name, int outputs, int inputs, bool bias, int interleaved = 0)
        {
            Parameter Make(string kind, long[] shape, ParameterStart start) =>
                source.Make(
                    new ParameterSpec(
                        $"{name}.{kind}",
                        new WeightLayout([$"{name}.{kind}"], [outputs], interleaved),
                        shape,
                        start
                    )
                );
            return new LinearLayer(
                Make("weight", [outputs, inputs], ParameterStart.Normal),
                bias ? Make("bias", [outputs], ParameterStart.Zeros) : null
            );
        }
    }

    /// <inheritdoc/>
    public BackboneConfig Config { get; }

    /// <inheritdoc/>
    public Parameter Embedding { get; }

    /// <inheritdoc/>
    public NormLayer FinalNorm { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Parameter> Parameters =>
        [
            Embedding,
            .. Enumerable.Range(0, blocks.Length).SelectMany(LayerParameters),
            FinalNorm.Weight,
            FinalNorm.Bias!,
        ];

    /// <inheritdoc/>
    public IReadOnlyList<Parameter> LayerParameters(int layer)
    {
        var block = blocks[layer];
        return
        [
            .. new[]
            {
                block.InputNorm.Weight,
                block.InputNorm.Bias,
                block.QueryKeyValue.Weight,
                block.QueryKeyValue.Bias,
                block.Output.Weight,
                block.Output.Bias,
                block.MlpNorm.Weight,
                block.MlpNorm.Bias,
                block.Up.Weight,
                block.Up.Bias,
                block.Down.Weight,
                block.Down.Bias,
            }.OfType<Parameter>(),
        ];
    }

    /// <inheritdoc/>
    public IReadOnlyList<AdapterTarget> AdapterTargets(int layer)
    {
        var block = blocks[layer];
        return AdapterTarget.In(block.QueryKeyValue, block.Output, block.Up, block.Down);
    }

    /// <inheritdoc/>
    public Variable Embed(IOperations operations, TokenBatch batch) => operations.Embed(Embedding, batch.Ids);

    /// <inheritdoc/>
    public Variable Layer(IOperations operations, Variable x, int layer, TokenBatch batch)
    {
        var block = blocks[layer];
        var projected = operations.NormLinear(x, block.InputNorm, block.QueryKeyValue.All); // (T, Q | K | V)
        projected = operations.Rotary(projected, shape.Heads + shape.KeyHeads, shape, batch.Positions);
        var attended = operations.Attention(
            new Columns(projected, 0, shape.QueryWidth),
            Columns.KeysValues(new Columns(projected, shape.QueryWidth, 2 * shape.KeyWidth), layer, batch),
            shape,
            batch.Attention(shape.Window)
        ); // (T, Q)
        return Finish(operations, block, attended, x);
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
        queries = operations.Rotary(queries, shape.Heads, shape, batch.OutputPositions);
        keysValues = operations.Rotary(keysValues, shape.KeyHeads, shape, batch.Positions);
        var attended = operations.Attention(
            Columns.All(queries),
            Columns.KeysValues(Columns.All(keysValues), blocks.Length - 1, batch),
            shape,
            batch.OutputAttention(shape.Window)
        ); // (N, Q)
        return Finish(operations, block, attended, rows);
    }

    private Variable Finish(IOperations operations, Block block, Variable attended, Variable x)
    {
        if (Config.ParallelResidual)
        {
            // (T, inner), before x is taken as a residual
            var beside = operations.NormLinear(x, block.MlpNorm, block.Up.All);
            return operations.ActivatedLinearResidual(
                beside,
                ActivationFunctions.Of(Config.Activation),
                block.Down.All,
                operations.LinearResidual(attended, block.Output.All, x)
            );
        }
        var between = operations.LinearResidual(attended, block.Output.All, x);
        return operations.ActivatedLinearResidual(
            operations.NormLinear(between, block.MlpNorm, block.Up.All),
            ActivationFunctions.Of(Config.Activation),
            block.Down.All,
            between
        );
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        shape.Rotary.Dispose();
        foreach (var parameter in Parameters)
            parameter.Dispose();
    }

    private static BackboneConfig Pythia(BackboneFamily family, int hidden, int layers, int heads, int vocabulary) =>
        new()
        {
            Family = family,
            HiddenSize = hidden,
            Layers = layers,
            Heads = heads,
            KeyValueHeads = heads,
            HeadDimension = hidden / heads,
            IntermediateSize = 4 * hidden,
            VocabularySize = vocabulary,
            NormEpsilon = 1e-5,
            RopeTheta = RopeReader.Theta,
            RotaryFraction = 0.25,
            ParallelResidual = true,
            QueryKeyValueBias = true,
            AttentionOutputBias = true,
            MlpBias = true,
            Activation = BackboneActivation.Gelu,
            MaxPositions = 2048,
            BosTokenId = 0,
            EosTokenId = 0,
        };
}
