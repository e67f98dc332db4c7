namespace Concord.Tokenization.Rendering;

/// <summary>How comparisons become rows of ids. Training, evaluation and scoring of one model use the same.</summary>
public sealed record RenderingOptions
{
    /// <summary>The shortest maximum length: a BOS, an EOS and one id of text.</summary>
    public const int ShortestMaximum = 3;

    /// <summary>How messages become text.</summary>
    /// <value>Default <see cref="DialogueRendering.Auto"/>.</value>
    public DialogueRendering Rendering { get; init; } = DialogueRendering.Auto;

    /// <summary>
    /// Whether whole texts that are dialogues (<c>\n\nHuman: .. \n\nAssistant: ..</c>, <c>## Human: ..</c>) are read as
    /// messages and rendered like them; else they are taken as they are.
    /// </summary>
    /// <value>Default false.</value>
    public bool ParseDialogues { get; init; }

    /// <summary>
    /// Whether EOS ends every row that is text: for pooling <c>eos</c>. A row that already ends with it gets no second.
    /// </summary>
    /// <value>Default false.</value>
    public bool AppendEos { get; init; }

    /// <summary>A chat template in place of the tokenizer's own.</summary>
    /// <value>Default null.</value>
    public ChatTemplate? Template { get; init; }

    /// <summary>What one rendering of a chat template may take.</summary>
    public ChatTemplateLimits TemplateLimits { get; init; } = new();

    /// <summary>What happens to rows longer than <see cref="MaximumLength"/>.</summary>
    /// <value>Default <see cref="TruncationPolicy.SharedLeft"/>.</value>
    public TruncationPolicy Truncation { get; init; } = TruncationPolicy.SharedLeft;

    /// <summary>
    /// The longest row, in tokens, special ones included; at least <see cref="ShortestMaximum"/>; null: no limit.
    /// </summary>
    /// <value>Default null.</value>
    public int? MaximumLength { get; init; }
}
