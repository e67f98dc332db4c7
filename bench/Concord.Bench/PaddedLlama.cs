using Concord.Modeling.Backbones;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Concord.Bench;

/// <summary>
/// A LLaMA as transformers computes it: separate projections, a float mask, unfused norms and rotary.
/// </summary>
internal static class PaddedLlama
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
        var x = weights["model.embed_tokens.weight"]
            .index_select(0, rows.Ids.view(-1))
            .view(rows.Count, rows.Length, config.HiddenSize);
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var name = $"model.layers.{layer}";
            var normed = Norm(x, weights[$"{name}.input_layernorm.weight"]);
            Tensor Heads(string projection, int heads) =>
                // (B, heads, L, d)
                parts.Heads(parts.Linear(normed, weights[$"{name}.self_attn.{projection}.weight"]), heads);
            Tensor queries = parts.Rotate(Heads("q_proj", config.Heads), angles),
                keys = parts.Rotate(Heads("k_proj", config.KeyValueHeads), angles);
            x =
                x
                + parts.Linear(
                    parts.Attend(queries, keys, Heads("v_proj", config.KeyValueHeads), rows),
                    weights[$"{name}.self_attn.o_proj.weight"]
                );
            var between = Norm(x, weights[$"{name}.post_attention_layernorm.weight"]);
            var inner =
                F.silu(parts.Linear(between, weights[$"{name}.mlp.gate_proj.weight"]))
                * parts.Linear(between, weights[$"{name}.mlp.up_proj.weight"]);
            x = x + parts.Linear(inner, weights[$"{name}.mlp.down_proj.weight"]);
        }
        return Norm(x, weights["model.norm.weight"]);

        Tensor Norm(Tensor input, Tensor weight) =>
            weight * (input * rsqrt(input.pow(2).mean([-1], true) + config.NormEpsilon));
    }
}
