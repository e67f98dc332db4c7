using System.Text;

namespace Concord.Preferences.Simulation;

/// <summary>
/// Writes the simulated dialogues: a question about a thing, and answers whose attributes are drawn independently of
/// it.
/// </summary>
internal static class DialogueWriter
{
    /// <summary>How many different questions there are.</summary>
    public static int PromptCount =>
        SimulatedVocabulary.Questions.Length * SimulatedVocabulary.Nouns.Length * SimulatedVocabulary.Verbs.Length;

    /// <summary>
    /// The question of a number from 0 to <see cref="PromptCount"/> - 1: <c>tell me why the oven keeps?</c>
    /// </summary>
    public static (string Text, string Noun, string Verb) Prompt(int number)
    {
        var (rest, question) = Math.DivRem(number, SimulatedVocabulary.Questions.Length);
        var (verbs, noun) = Math.DivRem(rest, SimulatedVocabulary.Nouns.Length);
        var (thing, act) = (SimulatedVocabulary.Nouns[noun], SimulatedVocabulary.Verbs[verbs]);
        return ($"{SimulatedVocabulary.Questions[question]} the {thing} {act}?", thing, act);
    }

    /// <summary>
    /// An answer: one to four statements and up to two exclamations in random order, then up to two list items; up to
    /// three words each of politeness, hedging and emphasis and up to three figures, each in a random clause.
    /// </summary>
    public static string Response(SimulationRandom random, string noun, string verb)
    {
        int statements = 1 + random.Next(4),
            exclamations = random.Next(3),
            listItems = random.Next(3);
        var clauses = new List<Clause>();
        for (var i = 0; i < statements + exclamations + listItems; i++)
        {
            var clause = new Clause(
                i == 0 ? noun : random.Pick(SimulatedVocabulary.Nouns),
                i == 0 ? verb : random.Pick(SimulatedVocabulary.Verbs)
            );
            if (random.Next(2) == 0)
                clause.Adjectives.Add(random.Pick(SimulatedVocabulary.Adjectives));
            clause.Object = random.Pick(SimulatedVocabulary.Nouns);
            clauses.Add(clause);
        }
        Scatter(3, SimulatedVocabulary.Polite, clause => clause.Openers);
        Scatter(3, SimulatedVocabulary.Hedges, clause => clause.Openers);
        Scatter(3, SimulatedVocabulary.Emphasis, clause => clause.Adverbs);
        Scatter(3, Figures, clause => clause.Figures);

        var ends = Enumerable.Repeat('.', statements).Concat(Enumerable.Repeat('!', exclamations)).ToList();
        random.Shuffle(ends);
        var text = new StringBuilder();
        for (var i = 0; i < clauses.Count; i++)
        {
            if (i >= ends.Count)
                text.Append("\n- ");
            else if (i > 0)
                text.Append(' ');
            text.Append(clauses[i]);
            if (i < ends.Count)
                text.Append(ends[i]);
        }
        return text.ToString();

        void Scatter(int most, IReadOnlyList<string> words, Func<Clause, List<string>> place)
        {
            for (var count = random.Next(most + 1); count > 0; count--)
                place(random.Pick(clauses)).Add(random.Pick(words));
        }
    }

    private static readonly string[] Figures = [.. Enumerable.Range(1, 9).Select(figure => $"{figure}")];

    private sealed class Clause(string subject, string verb)
    {
        public List<string> Openers { get; } = [];

        public List<string> Adverbs { get; } = [];

        public List<string> Figures { get; } = [];

        public List<string> Adjectives { get; } = [];

        public string Object { get; set; } = "";

        public override string ToString() =>
            string.Join(' ', [.. Openers, "the", subject, .. Adverbs, verb, .. Figures, .. Adjectives, Object]);
    }
}
