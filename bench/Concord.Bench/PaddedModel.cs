using Concord.Modeling.Backbones;
using Concord.Modeling.Rewards;
using Concord.Tokenization.Comparisons;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Concord.Bench;

/// <summary>
/// A reward model as the usual trainers compute it, from the same library: chosen and rejected rows padded on the right
/// to the longest of the micro-batch, the head over every position. It shares weights and gradient buffers with a
/// <see cref="RewardModel"/>, so that gradients can be compared and one optimizer serves.
/// </summary>
internal sealed class PaddedModel
{
    private readonly BackboneConfig config;
    private readonly Dictionary<string, Tensor> weights;
    private readonly PaddedParts parts;
    private readonly string embedding;
    private readonly bool logits;

    /// <summary>
    /// Takes the weights of a model, whose parameters lie where they will stay (after the optimizer laid them into its
    /// buffers).
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="logits">Whether the vocabulary is projected to as well, as the authors' code does.</param>
    /// <param name="bf16">Whether products run in bf16.</param>
    public PaddedModel(RewardModel model, bool logits, bool bf16)
    {
        config = model.Config;
        embedding = model.Backbone.Embedding.Name;
        this.logits = logits;
        parts = new PaddedParts(config, bf16);
        // leaves of their own, one per tensor of a checkpoint, so that no gradient passes through a slice of a fused
        // weight
        weights = model
            .Parameters.SelectMany(parameter =>
                parameter.Layout.Names.Select(
                    (name, i) =>
                    {
                        var start = parameter.Layout.Rows.Take(i).Sum();
                        var leaf = parameter
                            .Value.detach()
                            .narrow(0, start, parameter.Layout.Rows[i])
                            .requires_grad_(true);
                        if (parameter.Gradient is { } gradient)
                            leaf.grad = gradient.narrow(0, start, parameter.Layout.Rows[i]);
                        return (name, leaf);
                    }
                )
            )
            .ToDictionary(part => part.name, part => part.leaf, StringComparer.Ordinal);
    }

    /// <summary>
    /// Forward and back over one micro-batch; gradients are added to the parameters'. Gives the sum of the pair losses
    /// over <paramref name="pairs"/>.
    /// </summary>
    public double Step(IReadOnlyList<TokenizedComparison> comparisons, int pairs)
    {
        using var scope = NewDisposeScope();
        var rewards = Forward(comparisons);
        var winners = new List<long>();
        var losers = new List<long>();
        for (int c = 0, first = 0; c < comparisons.Count; first += comparisons[c++].Suffixes.Length)
        {
            var chosen = comparisons[c].Scores[0] > comparisons[c].Scores[1] ? 0 : 1;
            winners.Add(first + chosen);
            losers.Add(first + 1 - chosen);
        }
        var loss =
            F.softplus(
                    rewards.index_select(0, tensor(losers.ToArray()))
                        - rewards.index_select(0, tensor(winners.ToArray()))
                )
                .sum() / pairs;
        loss.backward();
        return loss.ToDouble();
    }

    /// <summary>Rewards of all rows of a micro-batch, in order; nothing is recorded.</summary>
    public double[] Rewards(IReadOnlyList<TokenizedComparison> comparisons)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        return Array.ConvertAll(Forward(comparisons).data<float>().ToArray(), reward => (double)reward);
    }

    private Tensor Forward(IReadOnlyList<TokenizedComparison> comparisons)
    {
        var rows = PaddedRows.Of(comparisons);
        var hidden =
            config.Family == BackboneFamilies.Named("gpt_neox")
                ? PaddedNeoX.Hidden(config, weights, rows, parts)
                : PaddedLlama.Hidden(config, weights, rows, parts); // (B, L, H)
        if (logits)
            _ = parts.Linear(hidden, weights[embedding]);
        return F.linear(hidden, weights["score.weight"]).squeeze(-1).gather(1, rows.Ends.unsqueeze(1)).squeeze(1);
    }
}
