using System.Collections.Concurrent;
using Concord.Preferences;
using Concord.Preferences.Readers;
using Concord.Preferences.Statistics;
using Concord.Tokenization.Comparisons;
using Concord.Tokenization.Rendering;

namespace Concord.Runs.Data;

/// <summary>What preference files hold.</summary>
/// <param name="Files">What each file gave.</param>
/// <param name="Statistics">Source by source.</param>
/// <param name="Unit">What lengths are counted in: <c>tokens</c> or <c>characters</c>.</param>
/// <param name="MaximumLength">The longest row a model would be given, or null.</param>
public sealed record DataReport(
    IReadOnlyList<ReadResult> Files,
    DataStatistics Statistics,
    string Unit,
    int? MaximumLength
)
{
    /// <summary>The comparisons that rendering or tokenizer refuse; they count nowhere else.</summary>
    public IReadOnlyList<ReadProblem> Refused { get; private init; } = [];

    /// <summary>In which forms the comparisons of each source came, in the order of the statistics.</summary>
    public IReadOnlyList<SourceForms> Forms { get; private init; } = [];

    /// <summary>How messages were rendered; null where characters are counted.</summary>
    public RenderingChoice? Rendering { get; private init; }

    /// <summary>Whether whole texts that are dialogues were rendered like messages.</summary>
    public bool ParsesDialogues { get; private init; }

    /// <summary>What a person should know of how the texts are read, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; private init; } = [];

    /// <summary>Measures what was read from files.</summary>
    /// <param name="files">What each file gave.</param>
    /// <param name="reading">How a model reads texts, whose tokens lengths are counted in; null for characters.</param>
    /// <param name="maximumLength">The longest row a model would be given, to count what each truncation policy would
    /// cut; null to count nothing.</param>
    /// <param name="progress">Told how many comparisons have been measured; may be null.</param>
    /// <param name="cancellation">Ends it.</param>
    public static DataReport Of(
        IReadOnlyList<ReadResult> files,
        FolderReading? reading,
        int? maximumLength = null,
        Action<int>? progress = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(files);
        Comparison[] all = [.. files.SelectMany(file => file.Comparisons)];
        var refused = new ConcurrentBag<ReadProblem>();
        IReadOnlyList<int[]>? Rows(Comparison comparison)
        {
            try
            {
                return reading is null ? CharacterRows.Of(comparison) : reading.Encoder.EncodeRows(comparison);
            }
            catch (RefusedComparisonException error)
            {
                refused.Add(new ReadProblem(error.Origin.File, error.Origin.Line, error.Reason));
                return null;
            }
        }
        var statistics = DataStatistics.Of(all, Rows, maximumLength, progress, cancellation);
        var bySource = all.ToLookup(comparison => comparison.Source);
        string[] sources = [.. statistics.Sources.Select(source => source.Source)];
        SourceForms[] forms = [.. sources.Select(source => SourceForms.Of(bySource[source]))];
        IEnumerable<string?> notes = files.Select(Continuations.Note);
        if (reading is not null)
            notes = notes.Append(MarkupWarning.Of(sources, forms, reading.Choice, reading.ParsesDialogues));
        var order = files.Index().ToLookup(file => file.Item.File, file => file.Index);
        return new DataReport(files, statistics, reading is null ? "characters" : "tokens", maximumLength)
        {
            Refused = [.. refused.OrderBy(one => order[one.File].First()).ThenBy(one => one.Line)],
            Forms = forms,
            Rendering = reading?.Choice,
            ParsesDialogues = reading is { ParsesDialogues: true },
            Notes = [.. notes.OfType<string>()],
        };
    }
}
