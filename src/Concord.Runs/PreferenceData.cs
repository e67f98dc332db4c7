using Concord.Foundation;
using Concord.Preferences;
using Concord.Preferences.Readers;
using Concord.Preferences.Sampling;

namespace Concord;

/// <summary>
/// Comparisons of one or more sources, with an account of everything that did not become one: read from files, or given
/// from memory. What is trained on and what is held out is decided by <see cref="Split(PromptSplit, PreferenceData?)"/>.
/// </summary>
public sealed class PreferenceData
{
    private const string Unnamed = "comparisons in memory";

    private readonly Dictionary<string, SourceUse> uses;

    private PreferenceData(
        IReadOnlyList<Comparison> comparisons,
        Dictionary<string, SourceUse> uses,
        IReadOnlyList<ReadProblem> problems,
        IReadOnlyList<DroppedRecords> dropped
    )
    {
        Comparisons = comparisons;
        this.uses = uses;
        Problems = problems;
        Dropped = dropped;
    }

    /// <summary>How much of a source is used, and who said so.</summary>
    private sealed record SourceUse(string Where, int? Limit, double Share);

    /// <summary>How many records each file had, and which of them could not be read.</summary>
    private sealed record FileRecords(string File, int Records, IReadOnlyList<ReadProblem> Problems);

    private FileRecords[] Files { get; init; } = [];

    /// <summary>What was read; nothing where comparisons were given.</summary>
    private PreferenceSource[] Entries { get; init; } = [];

    /// <summary>All comparisons, in the order in which they were given.</summary>
    public IReadOnlyList<Comparison> Comparisons { get; }

    /// <summary>The names of the sources, in the order in which they first occur.</summary>
    public IReadOnlyList<string> Sources => [.. Comparisons.Select(comparison => comparison.Source).Distinct()];

    /// <summary>Records that could not be read.</summary>
    public IReadOnlyList<ReadProblem> Problems { get; }

    /// <summary>What readers left out on purpose.</summary>
    public IReadOnlyList<DroppedRecords> Dropped { get; }

    /// <summary>What else there is to say of the files: columns that were not used, how sources were told
    /// apart.</summary>
    public IReadOnlyList<string> Notes { get; private init; } = [];

    /// <summary>Reads files of any known format; each is a source of its name unless its records name others.</summary>
    /// <param name="files">Paths.</param>
    /// <exception cref="ConcordException">A file cannot be opened, has no known format, or not one record could be
    /// read.</exception>
    public static PreferenceData Read(params IEnumerable<string> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        return Read(files.Select(file => new PreferenceSource { Files = [file] }));
    }

    /// <summary>Reads files with a say in how: named sources, formats, limits, readers of one's own.</summary>
    /// <param name="sources">What to read.</param>
    /// <exception cref="ConcordException">A file cannot be opened, has no known format, or not one record could be
    /// read; or two entries give the same source and disagree on its limit or share.</exception>
    public static PreferenceData Read(params IEnumerable<PreferenceSource> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        PreferenceSource[] entries = [.. sources];
        CheckOnce(entries);
        var comparisons = new List<Comparison>();
        var problems = new List<ReadProblem>();
        var dropped = new List<DroppedRecords>();
        var uses = new Dictionary<string, SourceUse>(StringComparer.Ordinal);
        var (records, notes) = (new List<FileRecords>(), new List<string>());
        (string File, PreferenceSource Source, SourceUse Use)[] files =
        [
            .. entries.SelectMany(
                (source, at) =>
                    source.Files.Select(file =>
                        (file, source, new SourceUse($"sources.{at}", source.Limit, source.Share))
                    )
            ),
        ];
        var results = PreferenceFiles.Read(files.Select(one => (one.File, one.Source.Reading)));
        foreach (var ((file, source, use), read) in files.Zip(results))
        {
            comparisons.AddRange(read.Comparisons);
            problems.AddRange(read.Problems);
            records.Add(new FileRecords(file, read.Records, read.Problems));
            if (Continuations.Note(read) is { } note && source.Format is null)
                notes.Add(note);
            dropped.AddRange(read.Dropped.Select(one => new DroppedRecords(file, one.Key, one.Value)));
            notes.AddRange(read.Notes);
            if (UnusedColumns.Said(read) is { } unused)
                notes.Add(unused);
            foreach (var name in read.Comparisons.Select(comparison => comparison.Source).Distinct())
                if (!uses.TryAdd(name, use))
                    Agree(name, uses[name], use);
        }
        return new PreferenceData(comparisons, uses, problems, dropped)
        {
            Entries = entries,
            Files = [.. records],
            Notes = notes,
        };
    }

    private static void CheckOnce(PreferenceSource[] entries)
    {
        foreach (var entry in entries.GroupBy(entry => entry.Name))
            if (RealPath.Twice([.. entry.SelectMany(one => one.Files)]) is var (first, second))
                throw new ConcordException(
                    $"{(first == second ? $"{first} is" : $"{first} and {second} are one file, which is")} given "
                        + $"twice, and its records would count twice: name it once."
                );
    }

    /// <summary>Takes comparisons from memory.</summary>
    /// <param name="comparisons">Each with its source; those without an origin are numbered from 1, for
    /// messages.</param>
    public static PreferenceData FromComparisons(IEnumerable<Comparison> comparisons)
    {
        ArgumentNullException.ThrowIfNull(comparisons);
        Comparison[] all =
        [
            .. comparisons.Select(
                (comparison, i) =>
                    comparison.Origin == RecordOrigin.Memory
                        ? comparison with
                        {
                            Origin = new RecordOrigin(Unnamed, i + 1),
                        }
                        : comparison
            ),
        ];
        return new PreferenceData(all, new Dictionary<string, SourceUse>(StringComparer.Ordinal), [], []);
    }

    /// <summary>
    /// These data and others after them, with the limits, shares, unreadable and left-out records of both: files beside
    /// comparisons in memory.
    /// </summary>
    /// <param name="other">The others.</param>
    /// <exception cref="ConcordException">Both give the same source and disagree on its limit or share; or both read
    /// the same file.</exception>
    public PreferenceData And(PreferenceData other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var together = new Dictionary<string, SourceUse>(StringComparer.Ordinal);
        foreach (
            var (data, place) in (ReadOnlySpan<(PreferenceData, string)>)[(this, "the first"), (other, "the other")]
        )
        foreach (var name in data.Sources)
        {
            var use = data.uses.GetValueOrDefault(name) ?? new SourceUse(Unnamed, null, 1);
            use = use with { Where = $"{use.Where} of {place}" };
            if (!together.TryAdd(name, use))
                Agree(name, together[name], use);
        }
        PreferenceSource[] entries = [.. Entries, .. other.Entries];
        CheckOnce(entries);
        return new PreferenceData(
            [.. Comparisons, .. other.Comparisons],
            together,
            [.. Problems, .. other.Problems],
            [.. Dropped, .. other.Dropped]
        )
        {
            Entries = entries,
            Files = [.. Files, .. other.Files],
            Notes = [.. Notes, .. other.Notes],
        };
    }

    /// <summary>Splits by prompt: a prompt lies on one side only, in whatever sources it occurs.</summary>
    /// <param name="heldOut">The share of prompts that is reported on and never trained on, in [0, 1); null for that of
    /// <see cref="PromptSplit"/>.</param>
    /// <param name="validation">The share of the training prompts that is looked at during training instead, in
    /// [0, 1); null likewise.</param>
    /// <param name="seed">Decides which prompts; null likewise.</param>
    /// <exception cref="ConcordException">A share lies outside its range, or a source has nothing to train
    /// on.</exception>
    public PreferenceSplit Split(double? heldOut = null, double? validation = null, int? seed = null)
    {
        var standard = new PromptSplit();
        return Split(
            new PromptSplit
            {
                HeldOut = heldOut ?? standard.HeldOut,
                Validation = validation ?? standard.Validation,
                Seed = seed ?? standard.Seed,
            }
        );
    }

    /// <summary>Splits by prompt, with limits.</summary>
    /// <param name="split">How.</param>
    /// <param name="heldOut">Comparisons that are held out whole, beside what the split holds out; what has one of their
    /// prompts is not trained on. Null for none.</param>
    /// <exception cref="ConcordException">A setting lies outside its range, a source has nothing to train on, or a file
    /// is both to be trained on and held out.</exception>
    public PreferenceSplit Split(PromptSplit split, PreferenceData? heldOut = null)
    {
        ArgumentNullException.ThrowIfNull(split);
        return Split(split, [], heldOut);
    }

    /// <param name="split">How.</param>
    /// <param name="only">The sources that must have something to train on; empty for all.</param>
    /// <param name="heldOut">Comparisons that are held out whole; null for none.</param>
    internal PreferenceSplit Split(PromptSplit split, IReadOnlyList<string> only, PreferenceData? heldOut)
    {
        if (heldOut is not null)
            return Beside(heldOut).Split(split, only, null).WithHeldOut(heldOut, split);
        var sides = split.Apply(Comparisons, name => uses.GetValueOrDefault(name)?.Limit);
        var sources = Sources;
        var trained = sides.Training.Select(comparison => comparison.Source).ToHashSet(StringComparer.Ordinal);
        foreach (var name in sources.Where(name => !trained.Contains(name) && (only.Count == 0 || only.Contains(name))))
        {
            var how = FormattableString.Invariant($"held_out {split.HeldOut}, seed {split.Seed}");
            throw new ConcordException(
                $"The source '{name}' has no comparison to train on after the split ({how}): leave it out with "
                    + $"`only`, or hold out less."
            );
        }
        return new PreferenceSplit(
            sides.Training,
            sides.Validation,
            sides.HeldOut,
            DataAccount.Of(sources, sides.Training, sides.Validation, sides.HeldOut) with
            {
                TiedForTraining = sides.TiedForTraining,
                Shares = uses.Where(use => use.Value.Share != 1)
                    .ToDictionary(use => use.Key, use => use.Value.Share, StringComparer.Ordinal),
                Problems = Problems,
                Dropped = Dropped,
                Unread = [.. sources.Select(Unread)],
                Notes = Notes,
            },
            split.Validation == 0 ? null : () => Split(split with { Validation = 0 }, only, null)
        )
        {
            How = split,
        };
    }

    // without what has a prompt of the held-out comparisons: a prompt lies on one side only
    private PreferenceData Beside(PreferenceData heldOut)
    {
        var trained = Entries.SelectMany(entry => entry.Files).ToArray();
        if (
            heldOut
                .Entries.SelectMany(entry => entry.Files)
                .FirstOrDefault(file => trained.Any(other => RealPath.Same(file, other))) is
            { } both
        )
            throw new ConcordException($"{both} is named to be trained on and to be held out: name it once.");
        var prompts = heldOut.Comparisons.Select(one => one.PromptId).ToHashSet(StringComparer.Ordinal);
        Comparison[] left = [.. Comparisons.Where(one => !prompts.Contains(one.PromptId))];
        var taken = Comparisons.Count - left.Length;
        string[] foreign = [.. heldOut.Sources.Except(Sources)];
        return new PreferenceData(left, uses, [.. Problems, .. heldOut.Problems], [.. Dropped, .. heldOut.Dropped])
        {
            Entries = Entries,
            Files = Files,
            Notes =
            [
                .. Notes,
                .. heldOut.Notes,
                .. taken == 0
                    ? (string[])[]
                    :
                    [
                        FormattableString.Invariant(
                            $"{taken} comparisons have a prompt of the held-out files and are not trained on"
                        ),
                    ],
                .. foreign.Length == 0
                    ? (string[])[]
                    :
                    [
                        $"the held-out files have sources that are not trained on: {string.Join(", ", foreign)}; "
                            + "where they are one of the others, give them its `name`",
                    ],
            ],
        };
    }

    // a record that could not be read has no source: of each source of its file as many are taken to be lost
    private UnreadRecords Unread(string source)
    {
        if (Problems.Count == 0)
            return UnreadRecords.None;
        var read = Comparisons
            .Where(one => one.Source == source)
            .CountBy(one => one.Origin.File)
            .ToDictionary(StringComparer.Ordinal);
        FileRecords[] own = [.. Files.Where(file => read.ContainsKey(file.File) && file.Problems.Count > 0)];
        if (own.Length == 0)
            return UnreadRecords.None;
        var lost = own.Sum(file =>
            (double)read[file.File] * file.Problems.Count / Math.Max(1, file.Records - file.Problems.Count)
        );
        return new UnreadRecords(lost, lost / (lost + read.Values.Sum()), own[0].Problems[0]);
    }

    private static void Agree(string name, SourceUse before, SourceUse now)
    {
        if (before.Limit == now.Limit && before.Share == now.Share)
            return;
        throw new ConcordException(
            $"{before.Where} and {now.Where} both give the source '{name}' and disagree: {Said(before)} there, "
                + $"{Said(now)} here. Give both the same, or other names."
        );
    }

    private static string Said(SourceUse use) =>
        FormattableString.Invariant($"limit {(use.Limit is { } limit ? $"{limit}" : "none")}, share {use.Share}");
}
