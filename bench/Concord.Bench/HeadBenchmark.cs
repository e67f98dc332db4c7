using System.Diagnostics;
using Concord.Training.Heads;

namespace Concord.Bench;

/// <summary>
/// The exact head over frozen features: what its parts take at a width, and the choice of the ridge by
/// cross-validation.
/// </summary>
internal static class HeadBenchmark
{
    /// <summary>Runs: <c>head [pairs=20000] [hidden=4096] [seed=1]</c>.</summary>
    public static void Run(string[] arguments)
    {
        var options = BenchOptions.Parse(arguments);
        int count = options.Number("pairs", 20_000),
            width = options.Number("hidden", 4096),
            seed = options.Number("seed", 1);
        Console.WriteLine($"{Machine.Words}\n");
        Console.WriteLine(
            $"The exact head of {count:n0} pairs, hidden size {width:n0}; features whose direction i has s.d. 1 / √i, "
                + "labels drawn by a logistic model of them.\n"
        );
        var data = Draw(count, width, seed);
        var problem = Timed("second derivatives at zero", () => Problem(data), one => one.Scale());
        var scale = problem.Scale();
        Markdown.Header("ridge, of the scale", "seconds", "Newton steps", "gradient left", "training loss");
        double[]? from = null;
        foreach (var unit in new[] { 1, 1e-1, 1e-2, 1e-3, 1e-4 })
        {
            var watch = Stopwatch.StartNew();
            var solution = NewtonHead.Solve(problem, unit * scale, from);
            from = solution.Head;
            Markdown.Row(
                $"{unit:0e0}",
                $"{watch.Elapsed.TotalSeconds:f1}",
                $"{solution.Iterations}",
                $"{solution.GradientNorm:0e0}",
                $"{solution.Loss:f3}"
            );
        }
        Console.WriteLine();
        var whole = Stopwatch.StartNew();
        var (ridge, nll, tried) = RidgeChoice.Of(data, Problem);
        Console.WriteLine(
            $"The ridge by five-fold cross-validation, {tried} tried: {ridge / scale:0e0} of the scale, NLL {nll:f3}, "
                + $"{whole.Elapsed.TotalSeconds:f0} s.\n"
        );
    }

    private static HeadProblem Problem(HeadData data) =>
        new(HeadFeatures.Of(data.Pairs(new()), data.Hidden).Narrowed(), [1]);

    private static HeadProblem Timed(string what, Func<HeadProblem> make, Action<HeadProblem> use)
    {
        var problem = make();
        var watch = Stopwatch.StartNew();
        use(problem);
        Console.WriteLine($"The {what}: {watch.Elapsed.TotalSeconds:f1} s.\n");
        return problem;
    }

    private static HeadData Draw(int count, int width, int seed)
    {
        var random = new Random(seed);
        double Normal() =>
            Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        double[] truth = [.. Enumerable.Range(0, width).Select(_ => Normal())];
        var hidden = new float[2 * count * width];
        var scores = new double[count][];
        for (var c = 0; c < count; c++)
        {
            var difference = 0.0;
            for (var row = 0; row < 2; row++)
            for (var i = 0; i < width; i++)
            {
                var value = Normal() / Math.Sqrt(i + 1);
                hidden[(2 * c + row) * width + i] = (float)value;
                difference += (row == 0 ? 1 : -1) * value * truth[i];
            }
            var first = random.NextDouble() < 1 / (1 + Math.Exp(-difference / 2));
            scores[c] = first ? [1, 0] : [0, 1];
        }
        return new(
            scores,
            new int[count],
            new double?[count],
            [.. Enumerable.Range(0, count).Select(c => $"prompt {c}")],
            hidden,
            1
        );
    }
}
