using Concord.Foundation;
using Concord.Modeling.Rewards;
using Concord.Records;
using Concord.Tokenization;
using Concord.Tokenization.Rendering;

namespace Concord.Runs.Rendering;

/// <summary>How a model's folder says that dialogues are rendered.</summary>
internal sealed class ModelRendering(
    string? model,
    Tokenizer? tokenizer,
    RenderTemplates templates,
    DialogueRendering asked
)
{
    private readonly ConcordModelSettings? settings =
        model is not null && Directory.Exists(model) ? ConcordModelSettings.Read(model) : null;

    /// <summary>What is asked for, else what the folder's concord.json says, else by its template, else hh.</summary>
    public DialogueRendering Way =>
        asked != DialogueRendering.Auto ? asked
        : templates.IsGiven ? DialogueRendering.Chat
        : settings is not null ? EncodingNames.ParseRendering(settings.Rendering, $"{model}/concord.json")
        : DialogueRendering.Auto;

    /// <summary>Whether messages become the text of a template.</summary>
    public bool IsChat =>
        Way == DialogueRendering.Chat || Way == DialogueRendering.Auto && tokenizer?.ChatTemplate is not null;

    /// <summary>What renders comparisons.</summary>
    /// <exception cref="ConcordException">There is neither a model nor a template.</exception>
    public ComparisonEncoder Encoder(ChatTemplateLimits limits)
    {
        if (tokenizer is null && !templates.IsGiven)
            throw new ConcordException("Comparisons need a model's folder or a template (--template) to be rendered by.");
        return new ComparisonEncoder(
            tokenizer,
            new RenderingOptions
            {
                Rendering = Way,
                Template = IsChat ? templates.Of(null, null) : null,
                TemplateLimits = limits,
                AppendEos = settings?.Pooling == "eos" && tokenizer is not null,
            }
        );
    }
}
