using Concord.Calibration;

namespace Concord.Bench.Coverage;

/// <summary>
/// A way in which pairs come: predictions whose labels are drawn from known probabilities, by prompts of which some
/// have several pairs that hang together.
/// </summary>
/// <param name="Name">In tables.</param>
/// <param name="Prompt">Draws the comparisons of one prompt: its id, the temperature of the truth, the random numbers.
/// A pair of difference d is ordered that way with probability sigmoid(temperature d): calibrated at 1, the model too
/// sure below it.</param>
internal sealed record CoverageDesign(string Name, Func<string, double, Random, IEnumerable<Prediction>> Prompt)
{
    // Differences of two have s.d. 1.2: models of 73 % accuracy.
    private const double RewardDeviation = 0.85;

    // Two normal numbers of this correlation give labels that correlate by about .5.
    private const double LatentCorrelation = 0.7;

    /// <summary>The designs of which the rule and the intervals must hold.</summary>
    public static IReadOnlyList<CoverageDesign> All { get; } =
    [
        new("one comparison a prompt", (id, tau, random) => Dependent(id, tau, random, 1, same: false)),
        new(
            "1 to 6 a prompt, label correlation .5",
            (id, tau, random) => Dependent(id, tau, random, random.Next(1, 7), same: false)
        ),
        new("rankings of four", (id, tau, random) => [Ranking(id, tau, random, 4, best: false)]),
        new("best of five", (id, tau, random) => [Ranking(id, tau, random, 5, best: true)]),
        new("three annotators a pair", (id, tau, random) => Dependent(id, tau, random, 3, same: true)),
    ];

    /// <summary>So many prompts.</summary>
    public List<Prediction> Draw(int prompts, double temperature, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, prompts).SelectMany(prompt => Prompt($"p{prompt}", temperature, random))];
    }

    // Pairs whose labels follow one normal number of the prompt in part: the better response by the rewards wins where
    // the pair's own normal number lies in the lower part that has its probability.
    private static IEnumerable<Prediction> Dependent(string id, double tau, Random random, int count, bool same)
    {
        var common = Normal(random);
        double first = Reward(random),
            second = Reward(random);
        for (var k = 0; k < count; k++)
        {
            if (!same && k > 0)
                (first, second) = (Reward(random), Reward(random));
            var latent = Math.Sqrt(LatentCorrelation) * common + Math.Sqrt(1 - LatentCorrelation) * Normal(random);
            var right = NormalShare(latent) < Sigmoid(tau * Math.Abs(first - second));
            yield return new Prediction("s", [first, second], right == first > second ? [1, 0] : [0, 1], id);
        }
    }

    // Plackett-Luce by Gumbel noise: every pair has its probability.
    private static Prediction Ranking(string id, double tau, Random random, int responses, bool best)
    {
        var rewards = Enumerable.Range(0, responses).Select(_ => Reward(random)).ToArray();
        var scores = rewards.Select(reward => tau * reward - Math.Log(-Math.Log(Open(random)))).ToArray();
        if (best)
            scores = [.. scores.Select(score => score == scores.Max() ? 1.0 : 0)];
        return new Prediction("s", rewards, scores, id);
    }

    private static double Reward(Random random) => RewardDeviation * Normal(random);

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Open(Random random) => 1 - random.NextDouble();

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(Open(random))) * Math.Cos(2 * Math.PI * random.NextDouble());

    // The normal distribution function to 1e-7 (Abramowitz and Stegun 7.1.26).
    private static double NormalShare(double x)
    {
        double z = Math.Abs(x) / Math.Sqrt(2),
            t = 1 / (1 + 0.3275911 * z),
            tail =
                t
                * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
                * Math.Exp(-z * z)
                / 2;
        return x > 0 ? 1 - tail : tail;
    }
}
