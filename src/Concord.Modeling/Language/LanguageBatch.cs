using Concord.Modeling.Packing;
using Concord.Tokenization.Comparisons;
using TorchSharp;

namespace Concord.Modeling.Language;

/// <summary>
/// Prompts with their responses laid end to end without padding, what all responses of a prompt begin with once, and
/// the response tokens whose log-probabilities are asked for.
/// </summary>
/// <remarks>
/// R rows (responses) in all, M response tokens in all, in the order of the prompts, of their responses and of the
/// tokens. A token's log-probability is that given the prompt and the response's tokens before it.
/// </remarks>
public sealed class LanguageBatch : IDisposable
{
    private LanguageBatch(IReadOnlyList<PromptResponses> texts, torch.Device device)
    {
        Texts = texts;
        var trees = new TokenTree[texts.Count];
        List<int> outputs = [],
            rows = [],
            ids = [],
            offsets = [0];
        var token = 0;
        for (var i = 0; i < texts.Count; i++)
        {
            var prompt = texts[i].Prompt;
            var (prefix, branches) = TokenizedComparison.Share([
                .. texts[i].Responses.Select(response => (int[])[.. prompt, .. response]),
            ]);
            trees[i] = new TokenTree(prefix, branches);
            // the prompt's last token, and what responses share after it
            var sharedOutputs = outputs.Count;
            var predicts = branches.Any(branch => branch.Length > 0) ? prefix.Length : prefix.Length - 1;
            outputs.AddRange(Enumerable.Range(token + prompt.Length - 1, predicts - prompt.Length + 1));
            token += prefix.Length;
            foreach (var branch in branches)
            {
                for (var position = prompt.Length; position < prefix.Length; position++)
                    Ask(sharedOutputs + position - prompt.Length, prefix[position]);
                for (var position = 0; position < branch.Length; position++)
                {
                    Ask(
                        position == 0 ? sharedOutputs + prefix.Length - prompt.Length : outputs.Count - 1,
                        branch[position]
                    );
                    if (position < branch.Length - 1)
                        outputs.Add(token + position);
                }
                token += branch.Length;
                offsets.Add(ids.Count);
            }
        }
        (RowOffsets, Targets) = ([.. offsets], new TokenTargets([.. rows], [.. ids]));
        Tokens = TokenBatch.Create(trees, [.. outputs], device);

        void Ask(int output, int id)
        {
            rows.Add(output);
            ids.Add(id);
        }
    }

    /// <summary>The prompts with their responses, in the order in which they lie in the batch.</summary>
    public IReadOnlyList<PromptResponses> Texts { get; }

    /// <summary>
    /// Where the tokens of each row are among the M: those of row r are RowOffsets[r] .. RowOffsets[r + 1] - 1.
    /// // (R + 1)
    /// </summary>
    public IReadOnlyList<int> RowOffsets { get; }

    /// <summary>R, the number of responses.</summary>
    public int RowCount => RowOffsets.Count - 1;

    /// <summary>M, the number of response tokens.</summary>
    public int TargetCount => Targets.Count;

    /// <summary>T, the number of tokens that are computed.</summary>
    public int TokenCount => Tokens.TokenCount;

    /// <summary>Where the batch's tensors live.</summary>
    public torch.Device Device => Tokens.Device;

    /// <summary>The tokens; read out are those that predict a response token.</summary>
    internal TokenBatch Tokens { get; }

    /// <summary>The response tokens, and the output position each is predicted from.</summary>
    internal TokenTargets Targets { get; }

    /// <summary>Packs prompts with their responses.</summary>
    /// <exception cref="ArgumentException">A prompt has no token or no response, or no response has a
    /// token.</exception>
    public static LanguageBatch Create(IReadOnlyList<PromptResponses> texts, torch.Device? device = null)
    {
        foreach (var (prompt, responses) in texts)
            if (prompt.Length == 0 || responses.Count == 0)
                throw new ArgumentException(
                    "A prompt needs at least one token, which the first response token is predicted from, and a "
                        + "response.",
                    nameof(texts)
                );
        if (!texts.Any(text => text.Responses.Any(response => response.Length > 0)))
            throw new ArgumentException("A batch needs at least one response token.", nameof(texts));
        return new LanguageBatch(texts, device ?? torch.CPU);
    }

    /// <inheritdoc/>
    public void Dispose() => Tokens.Dispose();
}
