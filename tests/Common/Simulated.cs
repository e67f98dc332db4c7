using Concord.Calibration;

namespace Concord.Tests;

/// <summary>Predictions whose labels are drawn from known probabilities.</summary>
internal static class Simulated
{
    /// <summary>
    /// Pairs with differences N(mean, deviation) and labels drawn from sigmoid(sharpness * difference): calibrated at
    /// sharpness 1.
    /// </summary>
    public static List<Prediction> Pairs(
        int count,
        int seed,
        double deviation = 0.9,
        double sharpness = 1,
        string source = "s",
        int perPrompt = 1
    )
    {
        var random = new Random(seed);
        var result = new List<Prediction>(count);
        for (var i = 0; i < count; i++)
        {
            double a = Normal(random),
                d = deviation * Normal(random);
            var won = random.NextDouble() < 1 / (1 + Math.Exp(-sharpness * d));
            result.Add(
                new Prediction(
                    source,
                    [a + d, a],
                    won ? [1, 0] : [0, 1],
                    perPrompt == 1 ? null : $"p{i / perPrompt}",
                    "f",
                    i + 1,
                    [random.Next(1, 9), random.Next(1, 9)]
                )
            );
        }
        return result;
    }

    /// <summary>Comparisons of several responses, ranked by Plackett-Luce from the rewards.</summary>
    public static List<Prediction> Rankings(int count, int responses, int seed, double deviation = 0.9)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ =>
                {
                    var rewards = Enumerable.Range(0, responses).Select(_ => deviation * Normal(random)).ToArray();
                    return new Prediction(
                        "ranked",
                        rewards,
                        [.. rewards.Select(r => r - Math.Log(-Math.Log(1 - random.NextDouble())))]
                    );
                }),
        ];
    }

    public static T[] Shuffled<T>(IEnumerable<T> items, int seed)
    {
        var array = items.ToArray();
        new Random(seed).Shuffle(array);
        return array;
    }

    public static CalibrationEntry Ece(
        this SourceMetrics m,
        CalibrationReading reading = CalibrationReading.AllOrderedPairs,
        string scheme = "uniform10"
    ) => m.Calibration[reading][scheme];

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
