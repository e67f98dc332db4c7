namespace Concord.Calibration;

/// <summary>The standard error of a difference from the differences that remain when one prompt is left out.</summary>
internal sealed class PromptJackknife
{
    private readonly Part[][] parts; // of each prompt, its pairs in each source
    private readonly double[] weights; // of each source in the number
    private readonly double effectivePrompts;
    private readonly bool alone; // whether all pairs of a source are of one prompt
    private readonly double pseudo;

    /// <param name="prompts">The pairs of each prompt.</param>
    /// <param name="sourceOf">The source of each pair.</param>
    /// <param name="counts">Pairs of each source.</param>
    /// <param name="one">The source the number is of; null for the mean over all.</param>
    public PromptJackknife(PairsByPrompt prompts, int[] sourceOf, double[] counts, int? one)
    {
        weights =
        [
            .. counts.Select(
                (_, s) =>
                    one is null ? 1.0 / counts.Length
                    : s == one ? 1
                    : 0
            ),
        ];
        parts = new Part[prompts.Count][];
        double sum = 0,
            squares = 0;
        var sizes = new double[counts.Length];
        for (var g = 0; g < parts.Length; g++)
        {
            parts[g] =
            [
                .. prompts
                    .Members(g)
                    .ToArray()
                    .GroupBy(i => sourceOf[i])
                    .Where(own => weights[own.Key] > 0)
                    .Select(own => new Part(own.Key, [.. own])),
            ];
            double share = 0;
            foreach (var (source, pairs) in parts[g])
            {
                share += pairs.Length * Math.Pow(weights[source] / counts[source], 2);
                sizes[source] += (double)pairs.Length * pairs.Length;
                alone |= pairs.Length == counts[source];
            }
            sum += share;
            squares += share * share;
        }
        effectivePrompts = sum * sum / squares;
        for (var s = 0; s < counts.Length; s++)
            if (weights[s] > 0)
                pseudo += Math.Pow(weights[s] / (counts[s] * counts[s] / sizes[s] + 2), 2);
    }

    private sealed record Part(int Source, int[] Pairs);

    /// <summary>The second number less the first.</summary>
    public double Difference(ISourceNumber first, ISourceNumber second)
    {
        double sum = 0;
        for (var s = 0; s < weights.Length; s++)
            if (weights[s] > 0)
                sum += weights[s] * (second.Of(s) - first.Of(s));
        return double.IsNaN(sum) ? 0 : sum; // two losses beyond all numbers: none is the larger
    }

    /// <summary>The interval of the difference.</summary>
    /// <param name="first">The one number.</param>
    /// <param name="second">The other.</param>
    /// <param name="level">In (0, 1).</param>
    /// <param name="shares">Whether they are shares of which few may differ: half a pair each way is added then
    /// (Agresti and Min 2005), so that models without a difference in so few prompts are not taken for equal.</param>
    /// <param name="bySeed">The difference under each seed, of which there may be one.</param>
    public Interval Interval(
        ISourceNumber first,
        ISourceNumber second,
        double level,
        bool shares,
        IReadOnlyList<double> bySeed
    )
    {
        double difference = Difference(first, second),
            squares = shares ? pseudo : 0;
        foreach (var prompt in parts)
        {
            double change = 0;
            foreach (var (source, pairs) in prompt)
                if (!alone)
                    change +=
                        weights[source]
                        * (
                            second.Without(source, pairs)
                            - first.Without(source, pairs)
                            - (second.Of(source) - first.Of(source))
                        );
            squares += change * change;
        }
        var ofSeeds = SquaredErrorOverSeeds(bySeed);
        if (squares + ofSeeds < Rounding * Rounding && !alone)
            return new Interval(difference, difference);
        var half = alone ? double.PositiveInfinity : Half(squares, ofSeeds, bySeed.Count, level);
        return double.IsFinite(half) && double.IsFinite(difference)
            ? new Interval(difference - half, difference + half)
            : new Interval(double.NegativeInfinity, double.PositiveInfinity);
    }

    // Banerjee (Sankhya 22, 1960): each variance goes with the t of its own degrees of freedom, which errs no more
    // often than the level says, whatever the mixture; Satterthwaite's errs three times as often at 1 - .05/12 of
    // three seeds
    private double Half(double squares, double ofSeeds, int seeds, double level)
    {
        double Part(double square, double freedom) =>
            square == 0 ? 0 : square * Math.Pow(StudentDistribution.Critical(1 - level, freedom), 2);
        return Math.Sqrt(Part(squares, effectivePrompts - 1) + Part(ofSeeds, seeds - 1));
    }

    private static double SquaredErrorOverSeeds(IReadOnlyList<double> bySeed)
    {
        if (bySeed.Count < 2)
            return 0;
        var mean = bySeed.Average();
        return bySeed.Sum(one => (one - mean) * (one - mean)) / (bySeed.Count - 1) / bySeed.Count;
    }

    // What sums of the same terms in another order differ by.
    private const double Rounding = 1e-15;
}
