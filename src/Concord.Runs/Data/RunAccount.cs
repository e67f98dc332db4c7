using System.Text.Encodings.Web;
using System.Text.Json;
using Concord.Foundation;
using Concord.Preferences;
using Concord.Preferences.Readers;

namespace Concord.Runs.Data;

/// <summary>Records that a reader left out on purpose.</summary>
/// <param name="File">The file.</param>
/// <param name="Reason">Why.</param>
/// <param name="Count">How many.</param>
public sealed record DroppedRecords(string File, string Reason, int Count);

/// <summary>What there is to say of a recipe's data, without the data.</summary>
public sealed record RunAccount
{
    private static readonly JsonSerializerOptions Lines = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The sources, in the order of the recipe.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>Per source: comparisons trained on.</summary>
    public required IReadOnlyList<int> Training { get; init; }

    /// <summary>Per source: comparisons held out.</summary>
    public required IReadOnlyList<int> HeldOut { get; init; }

    /// <summary>Comparisons of ties alone that were not held out: there is nothing in them to train on.</summary>
    public int TiedForTraining { get; init; }

    /// <summary>Per source: its share of a batch.</summary>
    public IReadOnlyDictionary<string, double> Shares { get; init; } = new Dictionary<string, double>();

    /// <summary>Records that could not be read.</summary>
    public IReadOnlyList<ReadProblem> Problems { get; init; } = [];

    /// <summary>What readers left out on purpose.</summary>
    public IReadOnlyList<DroppedRecords> Dropped { get; init; } = [];

    /// <summary>Counts the comparisons of each source.</summary>
    public static RunAccount Of(
        IReadOnlyList<string> sources,
        IEnumerable<Comparison> training,
        IEnumerable<Comparison> heldOut
    )
    {
        Dictionary<string, int> trained = Count(training),
            held = Count(heldOut);
        return new RunAccount
        {
            Sources = sources,
            Training = [.. sources.Select(source => trained.GetValueOrDefault(source))],
            HeldOut = [.. sources.Select(source => held.GetValueOrDefault(source))],
        };

        static Dictionary<string, int> Count(IEnumerable<Comparison> comparisons) =>
            comparisons
                .GroupBy(comparison => comparison.Source)
                .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
    }

    /// <summary>Of some sources alone; what could not be read or was left out is said of all files.</summary>
    public RunAccount Only(IReadOnlyList<string> names)
    {
        int[] kept = [.. Enumerable.Range(0, Sources.Count).Where(i => names.Contains(Sources[i]))];
        return this with
        {
            Sources = [.. kept.Select(i => Sources[i])],
            Training = [.. kept.Select(i => Training[i])],
            HeldOut = [.. kept.Select(i => HeldOut[i])],
            Shares = Shares.Where(share => names.Contains(share.Key)).ToDictionary(),
        };
    }

    /// <summary>
    /// Writes the records that could not be read to <c>unread.jsonl</c> of a folder; nothing where all were.
    /// </summary>
    public void WriteProblems(string folder)
    {
        if (Problems.Count == 0)
            return;
        AtomicFile.WriteLines(
            Path.Combine(folder, "unread.jsonl"),
            Problems.Select(problem =>
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
