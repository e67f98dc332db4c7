using Concord.Foundation;

namespace Concord.Preferences.Simulation;

/// <summary>
/// Annotator groups whose taste is a part that all share plus a drift of each group's own, over the attributes of a
/// response. Labels are drawn from the Bradley-Terry probability, so the true probability of every pair is known.
/// </summary>
public sealed class SimulatedPopulation
{
    // One prompt in five is only ever evaluated on, in every source.
    private const int PromptStride = 5;

    private readonly double[][] weights;

    private SimulatedPopulation(SimulationSettings settings, double[] shared, double[][] weights) =>
        (Settings, SharedWeights, this.weights) = (settings, shared, weights);

    /// <summary>What the population was made of.</summary>
    public SimulationSettings Settings { get; }

    /// <summary>
    /// The taste that all groups share, of length 1: a weight per attribute of <see cref="ResponseAttribute.All"/>.
    /// </summary>
    public IReadOnlyList<double> SharedWeights { get; }

    /// <summary>The names of the sources.</summary>
    public IReadOnlyList<string> SourceNames => [.. Settings.Sources.Select(source => source.Name)];

    /// <summary>Makes the population of these settings.</summary>
    /// <exception cref="ConcordException">A setting is out of its range.</exception>
    public static SimulatedPopulation Create(SimulationSettings settings)
    {
        settings.Check();
        var shared = Scaled([.. ResponseAttribute.All.Select(attribute => attribute.SharedWeight)], 1);
        var directions = DriftDirections.Draw(
            shared,
            settings.Sources.Count,
            new SimulationRandom(settings.Seed, "directions")
        );
        var weights = settings
            .Sources.Select(
                (source, i) =>
                    Scaled(
                        [.. shared.Select((weight, a) => weight + source.Drift * directions[i][a])],
                        1 / source.Noise
                    )
            )
            .ToArray();
        return new SimulatedPopulation(settings, shared, weights);
    }

    /// <summary>
    /// The taste of a source over its noise: a weight per attribute of <see cref="ResponseAttribute.All"/>, of length 1
    /// / noise.
    /// </summary>
    public IReadOnlyList<double> Weights(string source) => weights[Index(source)];

    /// <summary>What a response is worth to a source, its noise included.</summary>
    public double Utility(string source, string response) => Utility(weights[Index(source)], response);

    /// <summary>The probability with which a source prefers one response to another.</summary>
    public double Probability(string source, string response, string other) =>
        Logistic.Sigmoid(Utility(source, response) - Utility(source, other));

    /// <summary>The comparisons of a source to train on.</summary>
    public IEnumerable<SimulatedComparison> Training(string source)
    {
        var size = Settings.Sources[Index(source)].Size;
        return Draw(
            source,
            "train",
            size,
            random =>
                random.Next(DialogueWriter.PromptCount / PromptStride * (PromptStride - 1)) switch
                {
                    var number => number / (PromptStride - 1) * PromptStride + number % (PromptStride - 1) + 1,
                }
        );
    }

    /// <summary>The comparisons of a source to evaluate on: prompts that no source trains on.</summary>
    public IEnumerable<SimulatedComparison> HeldOut(string source) =>
        Draw(
            source,
            "held out",
            Settings.HeldOut,
            random => random.Next(DialogueWriter.PromptCount / PromptStride) * PromptStride
        );

    private IEnumerable<SimulatedComparison> Draw(
        string source,
        string split,
        int count,
        Func<SimulationRandom, int> drawPrompt
    )
    {
        var taste = weights[Index(source)];
        for (var i = 0; i < count; i++)
        {
            // A stream per comparison: a source's size, or another source, changes nothing in the others' texts.
            var random = new SimulationRandom(Settings.Seed, $"{split}\n{source}", i);
            var (prompt, noun, verb) = DialogueWriter.Prompt(drawPrompt(random));
            string first = DialogueWriter.Response(random, noun, verb),
                second = DialogueWriter.Response(random, noun, verb);
            double[] utilities = [Utility(taste, first), Utility(taste, second)];
            var prefersFirst = random.NextDouble() < Logistic.Sigmoid(utilities[0] - utilities[1]);
            Message[] messages = [new(Roles.User, prompt)];
            yield return new SimulatedComparison(
                new Comparison
                {
                    Source = source,
                    Form = ComparisonForm.Messages,
                    Prompt = messages,
                    Responses = [Response.FromAssistant(first), Response.FromAssistant(second)],
                    Scores = prefersFirst ? [1, 0] : [0, 1],
                    PromptId = PromptIdentity.OfMessages(messages),
                    Origin = new RecordOrigin($"{source}.jsonl", i + 1),
                },
                utilities
            );
        }
    }

    private int Index(string source)
    {
        for (var i = 0; i < Settings.Sources.Count; i++)
            if (Settings.Sources[i].Name == source)
                return i;
        throw new ArgumentException(
            $"The population has no source '{source}'; it has {string.Join(", ", SourceNames)}.",
            nameof(source)
        );
    }

    private static double Utility(double[] taste, string response) =>
        taste.Zip(ResponseAttribute.Measure(response), (weight, value) => weight * value).Sum();

    private static double[] Scaled(double[] vector, double length)
    {
        var norm = Math.Sqrt(vector.Sum(value => value * value));
        return [.. vector.Select(value => value * length / norm)];
    }
}
