using Concord.Modeling.Backbones;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Concord.Bench;

/// <summary>What both families' padded models are made of, in the tensor library's own operations.</summary>
/// <param name="config">The model's shape.</param>
/// <param name="bf16">Whether products run in bf16 under fp32 weights, as automatic mixed precision does.</param>
internal sealed class PaddedParts(BackboneConfig config, bool bf16)
{
    /// <summary>x Wᵀ + b.</summary>
    public Tensor Linear(Tensor x, Tensor weight, Tensor? bias = null) =>
        bf16
            ? F.linear(
                x.to_type(ScalarType.BFloat16),
                weight.to_type(ScalarType.BFloat16),
                bias?.to_type(ScalarType.BFloat16)
            )
            : F.linear(x, weight, bias);

    /// <summary>(B, L, heads · d) as (B, heads, L, d).</summary>
    public Tensor Heads(Tensor x, int heads) =>
        x.view(x.shape[0], x.shape[1], heads, config.HeadDimension).transpose(1, 2);

    /// <summary>Cosines and sines of the rotary angles. // (L, rotary dimension) each</summary>
    public (Tensor Cosines, Tensor Sines) Angles(long length)
    {
        var angles = outer(
            arange(length, dtype: ScalarType.Float32),
            tensor(Array.ConvertAll(RotaryFrequencies.Of(config), frequency => (float)frequency))
        );
        var doubled = cat([angles, angles], -1);
        return (doubled.cos(), doubled.sin());
    }

    /// <summary>Turns the leading dimensions of each head.</summary>
    public Tensor Rotate(Tensor heads, (Tensor Cosines, Tensor Sines) angles)
    {
        if (config.RotaryDimension == config.HeadDimension)
            return Turn(heads);
        var turning = heads.narrow(-1, 0, config.RotaryDimension);
        return cat(
            [Turn(turning), heads.narrow(-1, config.RotaryDimension, config.HeadDimension - config.RotaryDimension)],
            -1
        );

        Tensor Turn(Tensor part)
        {
            var halves = part.chunk(2, -1);
            return part * angles.Cosines.to_type(part.dtype)
                + cat([-halves[1], halves[0]], -1) * angles.Sines.to_type(part.dtype);
        }
    }

    /// <summary>
    /// Attention over every pair of positions under the mask; keys and values are repeated for grouped heads. Gives (B,
    /// L, heads · d).
    /// </summary>
    public Tensor Attend(Tensor queries, Tensor keys, Tensor values, PaddedRows rows)
    {
        var group = config.Heads / config.KeyValueHeads;
        if (group > 1)
            (keys, values) = (keys.repeat_interleave(group, 1), values.repeat_interleave(group, 1));
        var attended = F.scaled_dot_product_attention(queries, keys, values, rows.Mask.to_type(queries.dtype));
        return attended.transpose(1, 2).reshape(rows.Count, rows.Length, config.Heads * config.HeadDimension);
    }
}
