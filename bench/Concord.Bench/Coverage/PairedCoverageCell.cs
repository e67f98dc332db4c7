using Concord.Calibration;

namespace Concord.Bench.Coverage;

/// <summary>
/// How often the intervals of paired differences hold: a model with some noise against one with more.
/// </summary>
/// <param name="Accuracy">Of the difference in accuracy.</param>
/// <param name="Ece">In ECE.</param>
/// <param name="Nll">In NLL.</param>
/// <param name="Brier">In the Brier score.</param>
internal sealed record PairedCoverageCell(CoverageRate Accuracy, CoverageRate Ece, CoverageRate Nll, CoverageRate Brier)
{
    private const double Less = 0.3,
        More = 0.6;

    private const int Prompts = 100_000;

    /// <summary>The differences without end.</summary>
    public static PairedMetrics Truth(CoverageDesign design) => Compare(design, Prompts, 123_456_789);

    /// <summary>Simulates.</summary>
    /// <param name="design">How pairs come.</param>
    /// <param name="truth">What the intervals have to hold.</param>
    /// <param name="prompts">Prompts a comparison of models.</param>
    /// <param name="simulations">How many comparisons.</param>
    /// <param name="seed">The seed of the first.</param>
    public static PairedCoverageCell Run(
        CoverageDesign design,
        PairedMetrics truth,
        int prompts,
        int simulations,
        int seed
    )
    {
        var found = new PairedMetrics[simulations];
        Parallel.For(
            0,
            simulations,
            i => found[i] = Compare(design, prompts, unchecked(seed * 1_000_003 + 7919 * prompts + i))
        );
        CoverageRate Holds(Func<PairedMetrics, PairedDifference> number) =>
            CoverageRate.Of(
                found,
                one =>
                    number(one).Interval.Low <= number(truth).Difference
                    && number(truth).Difference <= number(one).Interval.High
            );
        return new PairedCoverageCell(
            Holds(one => one.Accuracy),
            Holds(one => one.Ece),
            Holds(one => one.Nll),
            Holds(one => one.Brier)
        );
    }

    private static PairedMetrics Compare(CoverageDesign design, int prompts, int seed)
    {
        var drawn = design.Draw(prompts, 1, seed);
        return PairedEvaluation.Run(Noisy(drawn, Less, 2 * seed), Noisy(drawn, More, 2 * seed + 1)).Mean;
    }

    // The same responses have the same noise, as the annotators of a pair see one reward.
    private static List<Prediction> Noisy(List<Prediction> predictions, double deviation, int seed)
    {
        var random = new Random(seed);
        var noise = new Dictionary<(string? Prompt, double Reward), double>();
        double Of(string? prompt, double reward) =>
            noise.TryGetValue((prompt, reward), out var known)
                ? known
                : noise[(prompt, reward)] =
                    deviation
                    * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()))
                    * Math.Cos(2 * Math.PI * random.NextDouble());
        return
        [
            .. predictions.Select(one =>
                one with
                {
                    Rewards = [.. one.Rewards.Select(reward => reward + Of(one.PromptId, reward))],
                }
            ),
        ];
    }
}
