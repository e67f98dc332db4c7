using System.Text.Json;
using Concord.Foundation;
using Concord.Preferences.Readers;
using Concord.Tokenization;
using Concord.Tokenization.Rendering;

namespace Concord.Runs.Rendering;

/// <summary>
/// Shows what a model reads: the text of every answer of every comparison or of every conversation, with its special
/// tokens and ids where there is a tokenizer, as JSON lines.
/// </summary>
/// <remarks>
/// A file whose first line has <c>messages</c> (or <c>conversations</c>) and no answers to compare holds requests of
/// what transformers' <c>apply_chat_template</c> may be given (<see cref="ChatTemplateRequest"/>), one a line; any other
/// holds comparisons.
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

    /// <summary>How dialogues are rendered; <see cref="DialogueRendering.Auto"/> for the model's own way.</summary>
    public DialogueRendering Rendering { get; init; } = DialogueRendering.Auto;

    /// <summary>What one rendering of a template may take.</summary>
    public ChatTemplateLimits Limits { get; init; } = new();

    /// <summary>Runs to the end.</summary>
    /// <param name="write">Takes each line, without its end.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ConcordException">The file, the model's tokenizer or the template cannot be read.</exception>
    public RenderResult Run(Action<string> write, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        var tokenizer = Model is null ? null : Tokenizer.Load(Model);
        var templates = new RenderTemplates(
            Template,
            tokenizer,
            Now is { } now ? new StoppedClock(now) : TimeProvider.System,
            Limits
        );
        using var text = new RenderInput(input);
        var (lines, errors) = (0, 0);
        foreach (var line in Lines(text, tokenizer, templates))
        {
            cancellation.ThrowIfCancellationRequested();
            write(line.Json());
            lines++;
            errors += line.Error is null ? 0 : 1;
        }
        return new RenderResult(lines, errors);
    }

    private IEnumerable<RenderedLine> Lines(RenderInput text, Tokenizer? tokenizer, RenderTemplates templates)
    {
        var rendering = new ModelRendering(Model, tokenizer, templates, Rendering);
        return text.HoldsRequests
            ? new RequestLines(input, tokenizer, templates, rendering).Of(text.Lines())
            : new ComparisonLines(tokenizer, rendering.Encoder(Limits)).Of(
                PreferenceFile.Stream(input, new ReadOptions { AllowUnscored = true, Format = Format })
            );
    }
}
