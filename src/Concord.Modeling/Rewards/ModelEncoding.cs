using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using Concord.Modeling.Folders;
using Concord.Preferences;
using Concord.Records;
using Concord.Tokenization;
using Concord.Tokenization.Comparisons;
using Concord.Tokenization.Rendering;

namespace Concord.Modeling.Rewards;

/// <summary>
/// How a reward model reads comparisons: rendering, truncation and maximum length as its folder says, unless told
/// otherwise. Training, evaluation and scoring use the same.
/// </summary>
public sealed class ModelEncoding
{
    private readonly ComparisonEncoder texts;
    private readonly ComparisonEncoder ids;
    private readonly string model;
    private readonly int vocabulary;

    /// <summary>Makes the encoding of a model.</summary>
    /// <param name="model">The model; its <see cref="RewardModel.Settings"/> decide what is not overridden, and its
    /// <see cref="RewardModel.TextFolder"/> holds the tokenizer.</param>
    /// <param name="maximumLength">Longest row in tokens; null for the folder's for texts, and the model's
    /// positions.</param>
    /// <param name="truncation">What happens to longer ones; null for the folder's.</param>
    /// <exception cref="ConcordException">The tokenizer or a setting cannot be used.</exception>
    public ModelEncoding(RewardModel model, int? maximumLength = null, TruncationPolicy? truncation = null)
        : this(Known(model), maximumLength, truncation) { }

    private ModelEncoding(Reading reading, int? maximumLength, TruncationPolicy? truncation)
    {
        model = reading.Folder ?? "a model made in memory";
        vocabulary = reading.Config.VocabularySize;
        var where = Path.Combine(model, ModelFolder.SettingsFileName);
        var policy = truncation ?? EncodingNames.ParseTruncation(reading.Settings.Truncation, where);
        var tokenizer = reading.Tokenizer;
        Choice = RenderingChoice.Of(
            Named(reading.Rendering, "the rendering asked for"),
            Named(reading.Settings.Rendering, where),
            tokenizer
        );
        ParsesDialogues = EncodingNames.ParseDialogues(reading.Settings.Dialogues, where);
        (Tokenizer, Truncation) = (tokenizer, policy);
        MaximumLength = Math.Min(
            maximumLength ?? reading.Settings.MaximumLength ?? int.MaxValue,
            reading.Config.MaxPositions
        );
        texts = new ComparisonEncoder(
            tokenizer,
            new RenderingOptions
            {
                Rendering = Choice.Rendering,
                ParseDialogues = ParsesDialogues,
                AppendEos = reading.Pooling == Pooling.Eos && tokenizer is not null,
                Truncation = policy,
                MaximumLength = MaximumLength,
            }
        );
        // ids are taken as they are: only what the caller says, or the model cannot read, is cut
        ids = new ComparisonEncoder(
            null,
            new RenderingOptions
            {
                Truncation = policy,
                MaximumLength = Math.Min(maximumLength ?? int.MaxValue, reading.Config.MaxPositions),
            }
        );
    }

    /// <summary>What of a model decides how it reads.</summary>
    private sealed record Reading(
        string? Folder,
        Tokenizer? Tokenizer,
        BackboneConfig Config,
        ConcordModelSettings Settings,
        Pooling Pooling,
        string? Rendering
    );

    /// <summary>The encoding of a folder's model, without opening its weights.</summary>
    /// <param name="folder">The model's folder, or one of adapters beside their base.</param>
    /// <param name="options">Pooling, rendering and dialogues, where they are asked for.</param>
    /// <param name="adjust">What becomes of the folder's settings; null where they stay.</param>
    /// <exception cref="ConcordException">Config, tokenizer or a setting cannot be used.</exception>
    public static ModelEncoding OfFolder(
        string folder,
        RewardModelOptions options,
        Func<ConcordModelSettings, ConcordModelSettings>? adjust = null
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        folder = RunContents.ModelOf(folder);
        string[] folders = [folder, .. ReadingFiles.Of(folder).Select(file => Path.GetDirectoryName(file)!)];
        var settings =
            folders.Select(ConcordModelSettings.Read).FirstOrDefault(one => one is not null)
            ?? new ConcordModelSettings();
        settings = settings with { Dialogues = options.Dialogues ?? settings.Dialogues };
        var place = folders.FirstOrDefault(ModelFolder.HasTokenizer);
        return new ModelEncoding(
            new Reading(
                folder,
                place is null ? null : Tokenizer.Load(place),
                BackboneConfig.Read(folders[^1]),
                adjust is null ? settings : adjust(settings),
                options.Pooling
                    ?? PoolingNames.Parse(settings.Pooling, Path.Combine(folder, ModelFolder.SettingsFileName)),
                options.Rendering
            ),
            null,
            null
        );
    }

    private static Reading Known(RewardModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new Reading(
            model.Folder,
            model.Tokenizer,
            model.Config,
            model.Settings,
            model.Pooling,
            model.AskedRendering
        );
    }

    /// <summary>The tokenizer of the model's folder; null where it has none, and reads token ids only.</summary>
    public Tokenizer? Tokenizer { get; }

    /// <summary>How messages are rendered, and what decided it.</summary>
    public RenderingChoice Choice { get; }

    /// <summary>Whether whole texts that are dialogues are rendered like messages.</summary>
    public bool ParsesDialogues { get; }

    /// <summary>What happens to texts longer than <see cref="MaximumLength"/>.</summary>
    public TruncationPolicy Truncation { get; }

    /// <summary>The longest row of text, in tokens.</summary>
    public int MaximumLength { get; }

    /// <summary>The comparison as ids; null where the policy drops it.</summary>
    /// <exception cref="RefusedComparisonException">It cannot be encoded.</exception>
    /// <exception cref="ConcordException">It is too long, and the policy makes that an error.</exception>
    public TokenizedComparison? Encode(Comparison comparison)
    {
        var encoded = (comparison.Form == ComparisonForm.TokenIds ? ids : texts).Encode(comparison);
        if (encoded is not null && encoded.Suffixes.Append(encoded.Prefix).Any(row => row.Any(id => id >= vocabulary)))
        {
            var cause = comparison.Form == ComparisonForm.TokenIds ? "" : $"; the tokenizer does not belong to {model}";
            throw new RefusedComparisonException(
                comparison.Origin,
                FormattableString.Invariant($"a token id is not below the model's vocabulary of {vocabulary}{cause}.")
            );
        }
        return encoded;
    }

    /// <summary>The text of each response as the model reads it, prompt included; for a person to look at.</summary>
    /// <exception cref="RefusedComparisonException">It comes as token ids, or cannot be rendered.</exception>
    public IReadOnlyList<string> Render(Comparison comparison) => texts.Render(comparison);

    private static DialogueRendering? Named(string? name, string where) =>
        name is null ? null : EncodingNames.ParseRendering(name, where);
}
