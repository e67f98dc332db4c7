namespace Concord.Preferences.Statistics;

/// <summary>
/// Finds pairs of responses that are ordered in opposite ways. Prompts and responses are matched by their identity
/// (<see cref="PromptIdentity"/>), so across formats.
/// </summary>
internal sealed class ContradictionFinder
{
    private const int Examples = 3;

    private readonly Dictionary<(string Prompt, string Low, string High), Dictionary<string, Votes>> pairs = [];

    /// <summary>Takes in every strictly ordered pair of a comparison.</summary>
    public void Add(Comparison comparison, IReadOnlyList<string> responses)
    {
        for (var i = 0; i < responses.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (comparison.Scores[i] == comparison.Scores[j] || responses[i] == responses[j])
                    continue;
                var ordered = string.CompareOrdinal(responses[i], responses[j]) < 0;
                var key = ordered
                    ? (comparison.PromptId, responses[i], responses[j])
                    : (comparison.PromptId, responses[j], responses[i]);
                var lowWins = comparison.Scores[i] > comparison.Scores[j] == ordered;
                if (!pairs.TryGetValue(key, out var sources))
                    pairs[key] = sources = [];
                if (!sources.TryGetValue(comparison.Source, out var votes))
                    sources[comparison.Source] = votes = new Votes();
                votes.Add(lowWins, comparison.Origin);
            }
        }
    }

    /// <summary>Per source: pairs judged, contradicted within it, contradicted by others.</summary>
    public Dictionary<string, (int Judged, int Within, int ByOthers)> PerSource()
    {
        var result = new Dictionary<string, (int Judged, int Within, int ByOthers)>();
        foreach (var sources in pairs.Values)
        {
            foreach (var (source, votes) in sources)
            {
                var (judged, within, others) = result.GetValueOrDefault(source);
                var opposed = sources.Any(other => other.Key != source && votes.Opposes(other.Value));
                result[source] = (judged + 1, within + (votes.Opposes(votes) ? 1 : 0), others + (opposed ? 1 : 0));
            }
        }
        return result;
    }

    /// <summary>
    /// Every two sources that order a pair in common, and every source that orders one twice; the most contradicted
    /// first.
    /// </summary>
    public IReadOnlyList<Contradiction> Between()
    {
        var found =
            new Dictionary<
                (string First, string Second),
                (int Shared, int Opposed, List<(RecordOrigin, RecordOrigin)> Examples)
            >();
        foreach (var sources in pairs.Values)
        {
            var present = sources.OrderBy(source => source.Key, StringComparer.Ordinal).ToArray();
            for (var i = 0; i < present.Length; i++)
            {
                for (var j = i; j < present.Length; j++)
                {
                    var (first, second) = (present[i].Value, present[j].Value);
                    if (i == j && first.Count < 2)
                        continue;
                    var key = (present[i].Key, present[j].Key);
                    var (shared, opposed, examples) = found.TryGetValue(key, out var before) ? before : (0, 0, []);
                    var opposes = first.Opposes(second);
                    if (opposes && examples.Count < Examples)
                        examples.Add(first.Opposite(second));
                    found[key] = (shared + 1, opposed + (opposes ? 1 : 0), examples);
                }
            }
        }
        return
        [
            .. found
                .OrderByDescending(pair => pair.Value.Opposed)
                .ThenBy(pair => pair.Key.First, StringComparer.Ordinal)
                .ThenBy(pair => pair.Key.Second, StringComparer.Ordinal)
                .Select(pair => new Contradiction(
                    pair.Key.First,
                    pair.Key.Second,
                    pair.Value.Shared,
                    pair.Value.Opposed,
                    pair.Value.Examples
                )),
        ];
    }

    // How one source orders one pair: which orders occur, and where each was read first.
    private sealed class Votes
    {
        private RecordOrigin? low;
        private RecordOrigin? high;

        public int Count { get; private set; }

        public void Add(bool lowWins, RecordOrigin origin)
        {
            Count++;
            if (lowWins)
                low ??= origin;
            else
                high ??= origin;
        }

        public bool Opposes(Votes other) =>
            low is not null && other.high is not null || high is not null && other.low is not null;

        public (RecordOrigin, RecordOrigin) Opposite(Votes other)
        {
            var (mine, theirs) = low is not null && other.high is not null ? (low, other.high) : (high!, other.low!);
            return this == other && theirs.Line < mine.Line ? (theirs, mine) : (mine, theirs);
        }
    }
}
