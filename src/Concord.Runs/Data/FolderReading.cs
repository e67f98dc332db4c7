using Concord.Modeling.Files;
using Concord.Modeling.Folders;
using Concord.Modeling.Rewards;
using Concord.Records;
using Concord.Tokenization;
using Concord.Tokenization.Rendering;

namespace Concord.Runs.Data;

/// <summary>How a model's folder, or a tokenizer alone, reads texts: as the model itself would, without its
/// weights.</summary>
public sealed class FolderReading
{
    private readonly RenderingOptions options;

    private FolderReading(Tokenizer tokenizer, RenderingOptions options, RenderingChoice choice)
    {
        (Tokenizer, this.options, Choice) = (tokenizer, options, choice);
        Encoder = new ComparisonEncoder(tokenizer, options);
    }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Makes ids.</summary>
    public ComparisonEncoder Encoder { get; }

    /// <summary>How messages are rendered, and what decided it.</summary>
    public RenderingChoice Choice { get; }

    /// <summary>Whether whole texts that are dialogues are rendered like messages.</summary>
    public bool ParsesDialogues => options.ParseDialogues;

    /// <summary>Makes ids by another chat template.</summary>
    /// <exception cref="ConcordException">The tokenizer cannot read what it writes.</exception>
    public ComparisonEncoder EncoderBy(ChatTemplate template) =>
        new(Tokenizer, options with { Rendering = DialogueRendering.Chat, Template = template });

    /// <summary>Opens a folder or a tokenizer.</summary>
    /// <param name="place">A model's folder, a folder of adapters beside their base, a run's for its model, or a
    /// tokenizer's file.</param>
    /// <param name="rendering">The rendering asked for, by name; null for what the folder says.</param>
    /// <param name="dialogues">What becomes of dialogues in one text, by name; null for what the folder says.</param>
    /// <exception cref="ConcordException">There is no tokenizer, or a name or a file cannot be used.</exception>
    public static FolderReading Open(string place, string? rendering = null, string? dialogues = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(place);
        place = RunContents.ModelOf(place);
        var folder = Directory.Exists(place) ? place : Path.GetDirectoryName(place) ?? "";
        // of adapters, what their own folder does not say is said by that of their base
        string[] folders = [folder, .. ReadingFiles.Of(folder).Select(file => Path.GetDirectoryName(file)!)];
        var tokenizer = Tokenizer.Load(
            place == folder ? folders.FirstOrDefault(ModelFolder.HasTokenizer) ?? folder : place
        );
        var settings = folders.Select(ConcordModelSettings.Read).FirstOrDefault(one => one is not null);
        var where = Path.Combine(folder, ConcordModelSettings.FileName);
        var choice = RenderingChoice.Of(
            rendering is null ? null : EncodingNames.ParseRendering(rendering, "rendering"),
            settings?.Rendering is { } said ? EncodingNames.ParseRendering(said, where) : null,
            tokenizer
        );
        var parses = EncodingNames.ParseDialogues(dialogues ?? settings?.Dialogues, where);
        return new FolderReading(
            tokenizer,
            new RenderingOptions
            {
                Rendering = choice.Rendering,
                ParseDialogues = parses,
                AppendEos = settings?.Pooling == "eos",
            },
            choice
        );
    }
}
