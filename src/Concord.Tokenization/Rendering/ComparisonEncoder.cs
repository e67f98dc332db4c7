using System.Globalization;
using Concord.Preferences;
using Concord.Tokenization.Comparisons;

namespace Concord.Tokenization.Rendering;

/// <summary>
/// Comparison to text to ids: each row (prompt and one response) is tokenized whole, since BPE merges across their
/// border, then rows share their longest common prefix.
/// </summary>
/// <remarks>
/// Special tokens of messages under a chat template are those that the template writes, as transformers'
/// <c>apply_chat_template</c> has it; elsewhere they are put where the tokenizer's post-processor puts them, but never
/// a second BOS where the text already begins with one. Ids that come as ids are taken as they are. Safe for use by
/// many threads.
/// </remarks>
public sealed class ComparisonEncoder
{
    private readonly Tokenizer? tokenizer;
    private readonly RenderingOptions options;
    private readonly ChatTemplate? template;

    /// <summary>Makes an encoder.</summary>
    /// <param name="tokenizer">The model's tokenizer; null where all comparisons come as token ids.</param>
    /// <param name="options">How to render and cut.</param>
    /// <exception cref="ConcordException">The chat template is asked for (or, under
    /// <see cref="DialogueRendering.Auto"/>, there) and is refused; or EOS is asked for and the tokenizer names
    /// none.</exception>
    public ComparisonEncoder(Tokenizer? tokenizer, RenderingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.MaximumLength < RenderingOptions.ShortestMaximum)
            throw new ConcordException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The maximum length {options.MaximumLength} is too short: at least "
                        + $"{RenderingOptions.ShortestMaximum} tokens are needed."
                )
            );
        (this.tokenizer, this.options, template) = (tokenizer, options, options.Template);
        if (tokenizer is null)
            return;
        if (options.AppendEos && tokenizer.EosId is null)
            throw new ConcordException(
                $"Pooling 'eos' needs an EOS token, and the tokenizer {tokenizer.File} names none; add eos_token to "
                    + $"its tokenizer_config.json."
            );
        var chat =
            options.Rendering == DialogueRendering.Chat
            || options.Rendering == DialogueRendering.Auto && tokenizer.ChatTemplate is not null;
        if (chat)
            template ??= ChatTemplate.Of(tokenizer, options.TemplateLimits);
        // A SentencePiece model never finds its own markup in text: a template that writes it would be read as letters.
        if (template is null || tokenizer.FindsSpecialTokens)
            return;
        var example = Example(template);
        if (
            tokenizer.SpecialTokens.FirstOrDefault(token => example.Contains(token, StringComparison.Ordinal)) is
            { } markup
        )
            throw new ConcordException(
                $"The chat template writes '{markup}', which the SentencePiece model {tokenizer.File} reads as "
                    + $"plain text. Put the model's tokenizer.json beside it, or take the rendering 'hh'."
            );
    }

    // A template may refuse even this; then the records show what it writes.
    private static string Example(ChatTemplate template)
    {
        try
        {
            return template.Format([new Message(Roles.User, "Hi"), new Message(Roles.Assistant, "Hello")]);
        }
        catch (ConcordException)
        {
            return "";
        }
    }

    /// <summary>
    /// How messages are rendered: <see cref="DialogueRendering.Hh"/> or <see cref="DialogueRendering.Chat"/>.
    /// </summary>
    public DialogueRendering Rendering => template is null ? DialogueRendering.Hh : DialogueRendering.Chat;

    /// <summary>The text of each row, without special tokens.</summary>
    /// <exception cref="RefusedComparisonException">The comparison comes as token ids, or its messages cannot be
    /// rendered.</exception>
    public IReadOnlyList<string> Render(Comparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        comparison = Read(comparison);
        return comparison.Form switch
        {
            ComparisonForm.Text => [.. comparison.Responses.Select(response => comparison.PromptText + response.Text)],
            ComparisonForm.Messages =>
            [
                .. comparison.Responses.Select(response => RenderMessages(comparison, response.Messages)),
            ],
            _ => throw Error(comparison, "the record holds token ids, which have no text"),
        };
    }

    /// <summary>The ids of each row before anything is cut.</summary>
    /// <exception cref="RefusedComparisonException">See <see cref="Render"/>; or the comparison is text and there is no
    /// tokenizer.</exception>
    public IReadOnlyList<int[]> EncodeRows(Comparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        comparison = Read(comparison);
        if (comparison.Form != ComparisonForm.TokenIds)
            return [.. Render(comparison).Select(text => EncodeText(comparison, text))];
        var rows = comparison
            .Responses.Select(response => (int[])[.. comparison.PromptTokenIds, .. response.TokenIds])
            .ToArray();
        return rows.Any(row => row.Any(id => id < 0)) ? throw Error(comparison, "a token id is negative") : rows;
    }

    /// <summary>The comparison as ids, cut where it is too long; null where the policy drops it.</summary>
    /// <exception cref="RefusedComparisonException">See <see cref="EncodeRows"/>; or a row is empty.</exception>
    /// <exception cref="ConcordException">A row is too long under <see cref="TruncationPolicy.Error"/>; file and line
    /// are named.</exception>
    public TokenizedComparison? Encode(Comparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        comparison = Read(comparison);
        var rows = EncodeRows(comparison);
        if (rows.Any(row => row.Length == 0))
            throw Error(comparison, "a response without a single token has no place for a reward; give it a text");
        var longest = rows.Max(row => row.Length);
        var (truncated, responseCut) = (options.MaximumLength is { } maximum && longest > maximum, false);
        if (truncated)
        {
            if (options.Truncation == TruncationPolicy.Drop)
                return null;
            if (options.Truncation == TruncationPolicy.Error)
                throw Truncation.TooLong(comparison, longest, options.MaximumLength!.Value);
            var eos = options.AppendEos && comparison.Form != ComparisonForm.TokenIds ? tokenizer!.EosId : null;
            var cut = Truncation.Cut(
                rows,
                options.MaximumLength!.Value,
                options.Truncation,
                new Truncation.Layout(PromptLength(comparison, rows), KeptBos(rows), eos)
            );
            (rows, responseCut) = (cut.Rows, cut.ResponseCut);
        }
        var (prefix, suffixes) = TokenizedComparison.Share(rows);
        return new TokenizedComparison
        {
            Prefix = prefix,
            Suffixes = suffixes,
            Scores = [.. comparison.Scores],
            Truncated = truncated,
            ResponseCut = responseCut,
            Comparison = comparison,
        };
    }

    private Comparison Read(Comparison comparison) =>
        options.ParseDialogues ? WholeDialogue.Parse(comparison) ?? comparison : comparison;

    private string RenderMessages(Comparison comparison, IReadOnlyList<Message> messages)
    {
        try
        {
            return Format([.. comparison.Prompt, .. messages], comparison.Tools);
        }
        catch (ConcordException error)
        {
            throw Error(comparison, error.Message.TrimEnd('.'));
        }
    }

    private string Format(IReadOnlyList<Message> messages, string? tools) =>
        template is null ? HhDialogue.Format(ToldTools.In(messages, tools)) : template.Format(messages, tools);

    private int[] EncodeText(Comparison comparison, string text)
    {
        if (tokenizer is null)
            throw Error(
                comparison,
                "the record holds text and no tokenizer was found; put tokenizer.json or tokenizer.model into the "
                    + "model's folder"
            );
        var ids = Encode(comparison.Form, text);
        return options.AppendEos && (ids.Length == 0 || ids[^1] != tokenizer.EosId)
            ? [.. ids, tokenizer.EosId!.Value]
            : ids;
    }

    // The special tokens of a chat template are those that it writes; transformers adds none either. Other texts get
    // the tokenizer's own, but no second BOS where they begin with one.
    private int[] Encode(ComparisonForm form, string text)
    {
        if (template is not null && form == ComparisonForm.Messages)
            return tokenizer!.Encode(text, addSpecialTokens: false);
        var ids = tokenizer!.Encode(text, addSpecialTokens: true);
        var isDoubled =
            tokenizer.BosId is { } bos
            && ids.Length > 1
            && ids[0] == bos
            && ids[1] == bos
            && tokenizer.PostProcessor.Before.Contains(bos);
        return isDoubled ? ids[1..] : ids;
    }

    /// <summary>
    /// BOS, where it is the beginning of the text and not the sign that also begins every turn (as
    /// <c>&lt;|im_start|&gt;</c> is named in some ChatML tokenizers).
    /// </summary>
    private int? KeptBos(IReadOnlyList<int[]> rows) =>
        tokenizer?.BosId is { } bos
        && (tokenizer.PostProcessor.Before.Contains(bos) || rows.All(row => row.Count(id => id == bos) == 1))
            ? bos
            : null;

    /// <summary>
    /// How many ids at the front are the prompt's and shared: where the prompt is known, no more than it has, so that a
    /// beginning two responses share is not taken for it.
    /// </summary>
    private int PromptLength(Comparison comparison, IReadOnlyList<int[]> rows)
    {
        var shared = TokenizedComparison.Share(rows).Prefix;
        switch (comparison.Form)
        {
            case ComparisonForm.TokenIds:
                return Math.Min(shared.Length, comparison.PromptTokenIds.Count);
            case ComparisonForm.Text when comparison.PromptText.Length == 0:
                return shared.Length;
            case ComparisonForm.Messages when comparison.Prompt.Count == 0:
                return Math.Min(shared.Length, 1);
        }
        string prompt;
        try
        {
            prompt =
                comparison.Form == ComparisonForm.Text
                    ? comparison.PromptText
                    : Format(comparison.Prompt, comparison.Tools);
        }
        catch (ConcordException)
        {
            // A template may refuse a prompt that no answer follows; what the rows share then stands for it.
            return shared.Length;
        }
        return Encode(comparison.Form, prompt).AsSpan().CommonPrefixLength(shared);
    }

    private static RefusedComparisonException Error(Comparison comparison, string what) =>
        new(comparison.Origin, what + ".");
}
