using Concord.Preferences.Readers;
using Concord.Runs.Data;
using Concord.Tokenization.Rendering;

namespace Concord.Runs.Rendering;

/// <summary>
/// Shows what a model reads: the text of every answer of every comparison or of every conversation, with its special
/// tokens and ids where there is a tokenizer, as JSON lines.
/// </summary>
/// <remarks>
/// A file whose first line has <c>messages</c> (or <c>conversations</c>) and no answers to compare holds requests of
/// what transformers' <c>apply_chat_template</c> may be given (<see cref="ChatTemplateRequest"/>), one a line; any
/// other holds comparisons.
/// </remarks>
/// <param name="input">The file; - is standard input.</param>
public sealed class RenderJob(string input)
{
    /// <summary>The model's folder, or its tokenizer; null where only a template is asked for.</summary>
    public string? Model { get; init; }

    /// <summary>A template in place of the model's: a file, or a folder of files that lines name as
    /// <c>template</c>.</summary>
    public string? Template { get; init; }

    /// <summary>The format of comparisons; null to recognise it.</summary>
    public PreferenceFormat? Format { get; init; }

    /// <summary>The time that templates are told; null for the machine's clock.</summary>
    public DateTime? Now { get; init; }

    /// <summary>The rendering asked for, by name; null for what the model's folder says.</summary>
    public string? Rendering { get; init; }

    /// <summary>What becomes of dialogues in one text, by name; null for what the model's folder says.</summary>
    public string? Dialogues { get; init; }

    /// <summary>What one rendering of a template may take.</summary>
    public ChatTemplateLimits Limits { get; init; } = new();

    /// <summary>Runs to the end.</summary>
    /// <param name="write">Takes each line, without its end.</param>
    /// <param name="decided">Told how the model's folder says that dialogues are rendered.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ConcordException">The file, the model's tokenizer or the template cannot be read.</exception>
    public RenderResult Run(
        Action<string> write,
        Action<RenderingChoice>? decided = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(write);
        var reading = Model is null ? null : FolderReading.Open(Model, Rendering, Dialogues);
        if (reading is not null && Template is null)
            decided?.Invoke(reading.Choice);
        var templates = new RenderTemplates(
            Template,
            reading?.Tokenizer,
            Now is { } now ? new StoppedClock(now) : TimeProvider.System,
            Limits
        );
        using var text = new RenderInput(input);
        var (lines, errors) = (0, 0);
        foreach (var line in Lines(text, reading, templates))
        {
            cancellation.ThrowIfCancellationRequested();
            write(line.Json());
            lines++;
            errors += line.Error is null ? 0 : 1;
        }
        return new RenderResult(lines, errors);
    }

    private IEnumerable<RenderedLine> Lines(RenderInput text, FolderReading? reading, RenderTemplates templates) =>
        text.HoldsRequests
            ? new RequestLines(input, reading, templates).Of(text.Lines())
            : new ComparisonLines(reading?.Tokenizer, Encoder(reading, templates)).Of(
                PreferenceFile.Stream(input, new ReadOptions { AllowUnscored = true, Format = Format })
            );

    private ComparisonEncoder Encoder(FolderReading? reading, RenderTemplates templates)
    {
        if (reading is null && Template is null)
            throw new ConcordException(
                "Comparisons need a model's folder or a template (--template) to be rendered by."
            );
        if (reading is null)
            return new ComparisonEncoder(null, new RenderingOptions { Template = templates.Of(null, null) });
        // the model's own template too, so that it is told the time that is asked for
        return Template is not null || reading.Choice.Rendering == DialogueRendering.Chat
            ? reading.EncoderBy(templates.Of(null, null))
            : reading.Encoder;
    }
}
