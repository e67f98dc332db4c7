using Concord.Modeling.Backbones;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Concord.Bench;

/// <summary>
/// A GPT-NeoX with parallel residual (every Pythia) as transformers computes it: one product for queries, keys and
/// values, LayerNorm and GELU of the tensor library, rotary on a part of each head.
/// </summary>
internal static class PaddedNeoX
{
    /// <summary>Hidden states after the final norm. // (B, L, H)</summary>
    public static Tensor Hidden(
        BackboneConfig config,
        IReadOnlyDictionary<string, Tensor> weights,
        PaddedRows rows,
        PaddedParts parts
    )
    {
        var angles = parts.Angles(rows.Length);
        var x = weights["gpt_neox.embed_in.weight"]
            .index_select(0, rows.Ids.view(-1))
            .view(rows.Count, rows.Length, config.HiddenSize);
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var name = $"gpt_neox.layers.{layer}";
            // queries, keys, values: Concord's own order of rows
            var turned = Linear(Norm(x, $"{name}.input_layernorm"), $"{name}.attention.query_key_value").chunk(3, -1);
            Tensor queries = parts.Rotate(parts.Heads(turned[0], config.Heads), angles),
                keys = parts.Rotate(parts.Heads(turned[1], config.Heads), angles);
            var attended = Linear(
                parts.Attend(queries, keys, parts.Heads(turned[2], config.Heads), rows),
                $"{name}.attention.dense"
            );
            var inner = F.gelu(Linear(Norm(x, $"{name}.post_attention_layernorm"), $"{name}.mlp.dense_h_to_4h"));
            x = x + attended + Linear(inner, $"{name}.mlp.dense_4h_to_h");
        }
        return Norm(x, "gpt_neox.final_layer_norm");

        Tensor Linear(Tensor input, string name) =>
            parts.Linear(input, weights[$"{name}.weight"], weights[$"{name}.bias"]);
        Tensor Norm(Tensor input, string name) =>
            F.layer_norm(
                input,
                [config.HiddenSize],
                weights[$"{name}.weight"],
                weights[$"{name}.bias"],
                config.NormEpsilon
            );
    }
}
