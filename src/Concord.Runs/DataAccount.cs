using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Concord.Foundation;
using Concord.Preferences;
using Concord.Preferences.Readers;
using Concord.Records;
using Concord.Runs.Data;
using Concord.Training.Loop;

namespace Concord;

/// <summary>Records that a reader left out on purpose.</summary>
/// <param name="File">The file.</param>
/// <param name="Reason">Why.</param>
/// <param name="Count">How many.</param>
public sealed record DroppedRecords(string File, string Reason, int Count);

/// <summary>What of a source could not be read.</summary>
/// <param name="Count">How many records; where a file holds several sources, as many as each has of it.</param>
/// <param name="Share">The share of its records; where a file holds several sources, that of the file.</param>
/// <param name="First">The first of them, or null.</param>
public sealed record UnreadRecords(double Count, double Share, ReadProblem? First)
{
    /// <summary>Nothing.</summary>
    internal static UnreadRecords None { get; } = new(0, 0, null);
}

/// <summary>What there is to say of the data of a run, without the data.</summary>
public sealed record DataAccount
{
    private static readonly JsonSerializerOptions Lines = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The sources, in the order in which they were given.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>Per source: comparisons trained on.</summary>
    public required IReadOnlyList<int> Training { get; init; }

    /// <summary>Per source: comparisons held out.</summary>
    public required IReadOnlyList<int> HeldOut { get; init; }

    /// <summary>Per source: comparisons looked at during training, to choose by.</summary>
    public required IReadOnlyList<int> Validation { get; init; }

    /// <summary>Per source: in which forms its comparisons came, on whatever side.</summary>
    public IReadOnlyList<SourceForms> Forms { get; init; } = [];

    /// <summary>Per source: what could not be read.</summary>
    public IReadOnlyList<UnreadRecords> Unread { get; init; } = [];

    /// <summary>What a person should know of how the files were read, in sentences: columns that were not used, how
    /// sources were told apart.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Comparisons of ties alone that were not held out: there is nothing in them to train on.</summary>
    public int TiedForTraining { get; init; }

    /// <summary>Per source: its share of a batch.</summary>
    public IReadOnlyDictionary<string, double> Shares { get; init; } = new Dictionary<string, double>();

    /// <summary>Records that could not be read.</summary>
    public IReadOnlyList<ReadProblem> Problems { get; init; } = [];

    /// <summary>What readers left out on purpose.</summary>
    public IReadOnlyList<DroppedRecords> Dropped { get; init; } = [];

    /// <summary>Counts the comparisons of each source.</summary>
    internal static DataAccount Of(
        IReadOnlyList<string> sources,
        IEnumerable<Comparison> training,
        IEnumerable<Comparison> validation,
        IEnumerable<Comparison> heldOut
    )
    {
        Comparison[][] sides =
        [
            [.. training],
            [.. validation],
            [.. heldOut],
        ];
        Dictionary<string, int> trained = Count(sides[0]),
            validated = Count(sides[1]),
            held = Count(sides[2]);
        var all = sides.SelectMany(side => side).ToLookup(comparison => comparison.Source);
        return new DataAccount
        {
            Sources = sources,
            Training = [.. sources.Select(source => trained.GetValueOrDefault(source))],
            Validation = [.. sources.Select(source => validated.GetValueOrDefault(source))],
            HeldOut = [.. sources.Select(source => held.GetValueOrDefault(source))],
            Forms = [.. sources.Select(source => SourceForms.Of(all[source]))],
            Unread = [.. sources.Select(_ => UnreadRecords.None)],
        };

        static Dictionary<string, int> Count(IEnumerable<Comparison> comparisons) =>
            comparisons
                .GroupBy(comparison => comparison.Source)
                .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
    }

    /// <summary>The settings with the sources' shares of a batch beside those they name themselves.</summary>
    /// <exception cref="ConcordException">Data and settings give one source different shares.</exception>
    internal TrainingSettings Sharing(TrainingSettings settings)
    {
        var named = settings.Batches.Shares;
        foreach (var (source, share) in Shares)
            if (named.TryGetValue(source, out var other) && other != share)
                throw new ConcordException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The data give the source '{source}' the share {share}, and the settings of batches {other}: "
                            + $"leave one out."
                    )
                );
        return settings with
        {
            Batches = settings.Batches with
            {
                Shares = named
                    .Concat(Shares.ExceptBy(named.Keys, share => share.Key))
                    .ToDictionary(StringComparer.Ordinal),
            },
        };
    }

    /// <summary>Of some sources alone; what could not be read or was left out is said of all files.</summary>
    internal DataAccount Only(IReadOnlyList<string> names)
    {
        int[] kept = [.. Enumerable.Range(0, Sources.Count).Where(i => names.Contains(Sources[i]))];
        return this with
        {
            Sources = [.. kept.Select(i => Sources[i])],
            Training = [.. kept.Select(i => Training[i])],
            Validation = [.. kept.Select(i => Validation[i])],
            HeldOut = [.. kept.Select(i => HeldOut[i])],
            Forms = [.. kept.Select(i => Forms[i])],
            Unread = [.. kept.Select(i => Unread[i])],
            Shares = Shares.Where(share => names.Contains(share.Key)).ToDictionary(),
        };
    }

    /// <summary>
    /// Writes the records that could not be read, and those that were refused since, to <c>unread.jsonl</c> of a
    /// folder; nothing where there are none.
    /// </summary>
    internal void WriteProblems(string folder, IEnumerable<ReadProblem> refused)
    {
        ReadProblem[] all = [.. Problems, .. refused];
        if (all.Length == 0)
            return;
        AtomicFile.WriteLines(
            new RunContents(folder).UnreadFile,
            all.Select(problem =>
                JsonSerializer.Serialize(
                    new
                    {
                        file = problem.File,
                        line = problem.Line,
                        problem = problem.Message,
                    },
                    Lines
                )
            )
        );
    }
}
