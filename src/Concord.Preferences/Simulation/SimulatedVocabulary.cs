namespace Concord.Preferences.Simulation;

/// <summary>The words of the simulated language: those that carry an attribute, and those that only fill.</summary>
internal static class SimulatedVocabulary
{
    /// <summary>Words of politeness.</summary>
    public static readonly string[] Polite =
    [
        "please",
        "kindly",
        "thanks",
        "sorry",
        "welcome",
        "gladly",
        "dear",
        "friend",
    ];

    /// <summary>Words that hedge.</summary>
    public static readonly string[] Hedges =
    [
        "maybe",
        "perhaps",
        "possibly",
        "probably",
        "likely",
        "presumably",
        "seemingly",
        "roughly",
    ];

    /// <summary>Words that insist.</summary>
    public static readonly string[] Emphasis =
    [
        "really",
        "truly",
        "surely",
        "always",
        "certainly",
        "definitely",
        "clearly",
        "simply",
    ];

    /// <summary>Ways a question begins.</summary>
    public static readonly string[] Questions =
    [
        "tell me why",
        "tell me how",
        "explain why",
        "explain how",
        "show me why",
        "show me how",
        "do you know why",
        "do you know how",
    ];

    /// <summary>Things.</summary>
    public static readonly string[] Nouns =
    [
        "oven",
        "garden",
        "engine",
        "bread",
        "river",
        "window",
        "teacher",
        "market",
        "story",
        "bridge",
        "doctor",
        "winter",
        "letter",
        "forest",
        "kitchen",
        "song",
        "lamp",
        "road",
        "island",
        "clock",
        "farmer",
        "book",
        "city",
        "water",
    ];

    /// <summary>What things do.</summary>
    public static readonly string[] Verbs =
    [
        "keeps",
        "needs",
        "takes",
        "makes",
        "holds",
        "finds",
        "turns",
        "leaves",
        "brings",
        "changes",
        "follows",
        "helps",
        "opens",
        "moves",
        "covers",
        "wants",
    ];

    /// <summary>What things are like.</summary>
    public static readonly string[] Adjectives =
    [
        "fresh",
        "warm",
        "quiet",
        "heavy",
        "early",
        "narrow",
        "bright",
        "simple",
        "deep",
        "gentle",
        "old",
        "clean",
        "slow",
        "large",
        "small",
        "green",
    ];

    /// <summary>Every piece of text that one token should stand for: the words as they follow a space, figures, and the
    /// names of the speakers in Anthropic's dialogue form.</summary>
    public static IEnumerable<string> Pieces() =>
        new[] { Polite, Hedges, Emphasis, Nouns, Verbs, Adjectives, ["the"] }
            .SelectMany(list => list)
            .Concat(Questions.SelectMany(question => question.Split(' ')))
            .Distinct()
            .Concat(Enumerable.Range(1, 9).Select(figure => $"{figure}"))
            .Select(word => " " + word)
            .Concat(["Human", "Assistant"]);
}
