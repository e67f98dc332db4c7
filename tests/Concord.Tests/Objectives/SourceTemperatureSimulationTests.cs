using Concord.Training.Losses;
using Concord.Training.Temperatures;
using Xunit;

namespace Concord.Tests.Objectives;

/// <summary>
/// A linear population with known truth: five sources of unequal noise and drift, one epoch of 2,000 pairs each, 16 per
/// source in a batch.
/// </summary>
public class SourceTemperatureSimulationTests
{
    private const int Width = 32,
        Sources = 5,
        PairsPerSource = 2000,
        PerBatch = 16,
        HeldOut = 4000;
    private static readonly double[] Scales = [4, 3, 2, 1, .5];
    private static readonly double[] Drifts = [.2, .5, 1, 1.5, 3];

    private sealed record Outcome(double Accuracy, double Ece, double Error, double[] Temperatures);

    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double[][] Utilities(Random random)
    {
        var shared = Unit(Enumerable.Range(0, Width).Select(_ => Gaussian(random)));
        return
        [
            .. Enumerable
                .Range(0, Sources)
                .Select(k =>
                {
                    var own = Unit(Enumerable.Range(0, Width).Select(_ => Gaussian(random)));
                    return Unit(shared.Zip(own, (s, o) => s + Drifts[k] * o))
                        .Select(value => value * Scales[k])
                        .ToArray();
                }),
        ];
    }

    private static double[] Unit(IEnumerable<double> vector)
    {
        var values = vector.ToArray();
        var norm = Math.Sqrt(values.Sum(value => value * value));
        return [.. values.Select(value => value / norm)];
    }

    private static double Dot(ReadOnlySpan<double> w, ReadOnlySpan<float> z)
    {
        var sum = 0.0;
        for (var h = 0; h < w.Length; h++)
            sum += w[h] * z[h];
        return sum;
    }

    private static Outcome Run(int seed, SourceTemperatureSettings settings, double learningRate)
    {
        var random = new Random(seed);
        var utilities = Utilities(random);
        var (head, temperatures) = (new double[Width], new SourceTemperatures(Sources, settings));
        var (first, second) = (new double[Width], new double[Width]); // Adam's moments
        var steps = PairsPerSource / PerBatch;
        for (var step = 1; step <= steps; step++)
        {
            var (scores, sources, hidden) = (
                new List<double[]>(),
                new List<int>(),
                new float[Sources * PerBatch * 2 * Width]
            );
            for (var c = 0; c < Sources * PerBatch; c++)
            {
                var z = hidden.AsSpan(c * 2 * Width, 2 * Width);
                foreach (ref var value in z)
                    value = (float)Gaussian(random);
                var source = c % Sources;
                sources.Add(source);
                scores.Add(
                    random.NextDouble()
                    < Sigmoid(Dot(utilities[source], z[..Width]) - Dot(utilities[source], z[Width..]))
                        ? [1, 0]
                        : [0, 1]
                );
            }
            var pairs = RankingPairs.Create(scores, sources, Sources, new());
            var rewards = new double[pairs.RowCount];
            for (var row = 0; row < rewards.Length; row++)
                rewards[row] = Dot(head, hidden.AsSpan(row * Width, Width));
            var result = RankingLoss.Evaluate(pairs, rewards, temperatures.Values);
            var gradients = result.HeadGradients(hidden);
            for (var h = 0; h < Width; h++)
            {
                var gradient = Enumerable.Range(0, Sources).Sum(k => gradients[k * Width + h]) / Sources;
                first[h] = .9 * first[h] + .1 * gradient;
                second[h] = .999 * second[h] + .001 * gradient * gradient;
                head[h] -=
                    learningRate
                    * (first[h] / (1 - Math.Pow(.9, step)))
                    / (Math.Sqrt(second[h] / (1 - Math.Pow(.999, step))) + 1e-8);
            }
            temperatures.Step([
                .. result.LogTemperatureGradients.Select(gradient => new TemperatureLook(gradient, PairsPerSource)),
            ]);
        }
        return Evaluate(random, utilities, head, temperatures.Values.ToArray());
    }

    private static Outcome Evaluate(Random random, double[][] utilities, double[] head, double[] temperatures)
    {
        var (accuracy, ece, error) = (0.0, 0.0, 0.0);
        var z = new float[2 * Width];
        for (var k = 0; k < Sources; k++)
        {
            var (counts, confidence, correct) = (new int[10], new double[10], new double[10]);
            for (var n = 0; n < HeldOut; n++)
            {
                foreach (ref var value in z.AsSpan())
                    value = (float)Gaussian(random);
                var truth = Sigmoid(Dot(utilities[k], z.AsSpan(0, Width)) - Dot(utilities[k], z.AsSpan(Width)));
                var p = Sigmoid(temperatures[k] * (Dot(head, z.AsSpan(0, Width)) - Dot(head, z.AsSpan(Width))));
                var label = random.NextDouble() < truth ? 1 : 0;
                accuracy += p > .5 == (label == 1) ? 1 : 0;
                error += Math.Abs(p - truth);
                foreach (var (probability, outcome) in new[] { (p, label), (1 - p, 1 - label) })
                {
                    var bin = Math.Min((int)(probability * 10), 9);
                    counts[bin]++;
                    confidence[bin] += probability;
                    correct[bin] += outcome;
                }
            }
            for (var bin = 0; bin < 10; bin++)
                ece += Math.Abs(confidence[bin] - correct[bin]) / (2 * HeldOut);
        }
        return new(accuracy / (Sources * HeldOut), ece / Sources, error / (Sources * HeldOut), temperatures);
    }

    [Fact]
    public void Temperatures_learned_beside_the_weights_mend_calibration_and_the_shared_reward_where_noise_is_unequal()
    {
        var without = Enumerable.Range(0, 4).Select(seed => Run(seed, new(), .02)).ToArray();
        var with = Enumerable.Range(0, 4).Select(seed => Run(seed, new() { Enabled = true }, .02)).ToArray();
        var output = TestContext.Current.TestOutputHelper!;
        foreach (var (name, outcomes) in new[] { ("MultiTask", without), ("with temperatures", with) })
            output.WriteLine(
                $"{name}: accuracy {outcomes.Average(o => o.Accuracy):f3}, ECE {outcomes.Average(o => o.Ece):f3}, "
                    + $"error {outcomes.Average(o => o.Error):f3}"
            );
        Assert.InRange(without.Average(o => o.Ece), .07, .12);
        Assert.InRange(with.Average(o => o.Ece), 0, .05);
        Assert.True(with.Average(o => o.Error) < .85 * without.Average(o => o.Error));
        Assert.True(with.Average(o => o.Accuracy) > without.Average(o => o.Accuracy));
        // the order of the noise is found, and the geometric mean stays 1
        foreach (var outcome in with)
        {
            Assert.Equal(outcome.Temperatures.OrderDescending(), outcome.Temperatures);
            Assert.Equal(0, outcome.Temperatures.Sum(Math.Log), 1e-9);
        }
    }
}
