using Concord.Modeling.Backbones;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Concord.Bench;

/// <summary>
/// A reward-model step as the usual trainers compute it, from the same library: chosen and rejected rows padded on the right to the longest of the micro-batch, separate projections, repeated key and value heads,
/// a float mask, unfused norms and rotary, the head over every position.
/// </summary>
/// <param name="model">A LLaMA-shaped reward model, whose weights are used as they are.</param>
/// <param name="logits">Whether the vocabulary is projected to as well, as the authors' code does.</param>
/// <param name="half">Whether products run in bf16 under fp32 masters, as mixed precision does.</param>
internal sealed class PaddedBaseline(RewardModel model, bool logits, bool half)
{
    /// <summary>Tokens computed so far, padding included.</summary>
    public long Computed { get; private set; }

    /// <summary>Forward and back over one micro-batch; gradients are added to the parameters'. Gives the sum of the pair losses over <paramref name="pairs"/>.</summary>
    public double Step(IReadOnlyList<TokenizedComparison> comparisons, int pairs)
    {
        using var scope = NewDisposeScope();
        int[][] rows = [.. comparisons.SelectMany(comparison => comparison.Suffixes.Select(suffix => (int[])[.. comparison.Prefix, .. suffix]))];
        var last = Rewards(rows); // (rows)
        var winners = new List<long>();
        var losers = new List<long>();
        for (int c = 0, first = 0; c < comparisons.Count; first += comparisons[c++].Suffixes.Length)
        {
            var chosen = comparisons[c].Scores[0] > comparisons[c].Scores[1] ? 0 : 1;
            winners.Add(first + chosen);
            losers.Add(first + 1 - chosen);
        }
        var loss = F.softplus(last.index_select(0, tensor(losers.ToArray())) - last.index_select(0, tensor(winners.ToArray()))).sum() / pairs;
        loss.backward();
        return loss.ToDouble();
    }

    /// <summary>Rewards of rows, padded. // (rows)</summary>
    public Tensor Rewards(int[][] rows)
    {
        var config = model.Config;
        int count = rows.Length, length = rows.Max(row => row.Length), head = config.HeadDimension;
        Computed += (long)count * length;
        var ids = tensor(rows.SelectMany(row => row.Select(id => (long)id).Concat(Enumerable.Repeat(0L, length - row.Length))).ToArray(), [count, length]);
        var ends = tensor(rows.Select(row => (long)row.Length - 1).ToArray());
        var mask = Mask(rows, length);
        var (cosines, sines) = Angles(config, length);
        var parts = model.Parameters.SelectMany(parameter => parameter.Layout.Split(parameter.Value)).ToDictionary(part => part.Name, part => part.Tensor, StringComparer.Ordinal);
        var x = parts["model.embed_tokens.weight"].index_select(0, ids.view(-1)).view(count, length, config.HiddenSize);
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var name = $"model.layers.{layer}";
            var normed = Norm(x, parts[$"{name}.input_layernorm.weight"]);
            Tensor Heads(string projection, int heads) => Linear(normed, parts[$"{name}.self_attn.{projection}.weight"]).view(count, length, heads, head).transpose(1, 2); // (B, heads, L, d)
            Tensor queries = Rotate(Heads("q_proj", config.Heads)), keys = Rotate(Heads("k_proj", config.KeyValueHeads)), values = Heads("v_proj", config.KeyValueHeads);
            var group = config.Heads / config.KeyValueHeads;
            var attended = F.scaled_dot_product_attention(queries, keys.repeat_interleave(group, 1), values.repeat_interleave(group, 1), mask.to_type(queries.dtype));
            x = x + Linear(attended.transpose(1, 2).reshape(count, length, config.Heads * head), parts[$"{name}.self_attn.o_proj.weight"]);
            var inner = Norm(x, parts[$"{name}.post_attention_layernorm.weight"]);
            x = x + Linear(F.silu(Linear(inner, parts[$"{name}.mlp.gate_proj.weight"])) * Linear(inner, parts[$"{name}.mlp.up_proj.weight"]), parts[$"{name}.mlp.down_proj.weight"]);

            Tensor Rotate(Tensor part)
            {
                var halves = part.chunk(2, -1);
                return part * cosines.to_type(part.dtype) + cat([-halves[1], halves[0]], -1) * sines.to_type(part.dtype);
            }
        }
        x = Norm(x, parts["model.norm.weight"]);
        if (logits) _ = Linear(x, parts["model.embed_tokens.weight"]);
        return F.linear(x, parts["score.weight"]).squeeze(-1).gather(1, ends.unsqueeze(1)).squeeze(1);
    }

    private Tensor Linear(Tensor x, Tensor weight) => half ? F.linear(x.to_type(ScalarType.BFloat16), weight.to_type(ScalarType.BFloat16)) : F.linear(x, weight);

    private Tensor Norm(Tensor x, Tensor weight)
    {
        var wide = x.to_type(ScalarType.Float32);
        return weight * (wide * rsqrt(wide.pow(2).mean([-1], true) + model.Config.NormEpsilon));
    }

    // 0 where t sees s, the least float elsewhere. // (B, 1, L, L)
    private static Tensor Mask(int[][] rows, int length)
    {
        var seen = ones(length, length).tril().unsqueeze(0); // (1, L, L)
        var real = tensor(rows.SelectMany(row => Enumerable.Range(0, length).Select(position => position < row.Length ? 1f : 0f)).ToArray(), [rows.Length, 1, length]);
        return ((1 - seen * real) * -1e30f).unsqueeze(1);
    }

    private static (Tensor Cosines, Tensor Sines) Angles(Modeling.Weights.BackboneConfig config, int length)
    {
        var frequencies = tensor(Array.ConvertAll(RotaryFrequencies.Of(config), frequency => (float)frequency));
        var angles = outer(arange(length, dtype: ScalarType.Float32), frequencies);
        var doubled = cat([angles, angles], -1);
        return (doubled.cos(), doubled.sin());
    }
}
