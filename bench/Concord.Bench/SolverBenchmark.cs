using Concord.Training.Solvers;

namespace Concord.Bench;

/// <summary>
/// The exact solver and the authors' Frank-Wolfe against the number of sources: time on one thread, how far the
/// objective is from its minimum.
/// </summary>
internal static class SolverBenchmark
{
    private const int Instances = 20;

    /// <summary>How source gradients lie to each other.</summary>
    /// <param name="Name">In the table.</param>
    /// <param name="Shared">Length of the part all sources share, where each one's own part is about 1.</param>
    /// <param name="Unequal">Whether their lengths differ, so that the minimum leaves sources out.</param>
    private sealed record Kind(string Name, double Shared, bool Unequal);

    private static readonly Kind[] Kinds =
    [
        new("unrelated, of length 1", 0, false),
        new("agreeing, of length 1", 1, false),
        new("agreeing, of unequal length", 1, true),
    ];

    /// <summary>Runs: <c>solver [dimension=576] [rounds=9]</c>.</summary>
    public static void Run(string[] arguments)
    {
        var options = BenchOptions.Parse(arguments);
        int width = options.Number("dimension", 576),
            rounds = options.Number("rounds", 9);
        Console.WriteLine($"{Machine.Words}\n");
        Console.WriteLine(
            $"Minimum-norm weights of K gradients of dimension {width} from their Gram matrix, one thread "
                + $"(mean over {Instances} random sets, median of {rounds} interleaved rounds). Excess: λᵀGλ over "
                + $"its minimum, relative, the worst set.\n"
        );
        Markdown.Header(
            "gradients",
            "K",
            "Gram matrix, µs",
            "exact, µs",
            "target, µs",
            "sources with weight",
            "its certified excess",
            "Frank-Wolfe, µs",
            "its steps",
            "its excess"
        );
        foreach (var kind in Kinds)
        foreach (var count in new[] { 2, 5, 10, 20, 50, 100 })
            Row(kind, count, width, rounds);
        Console.WriteLine();
    }

    private static void Row(Kind kind, int count, int width, int rounds)
    {
        var random = new Random(count);
        var gradients = Enumerable.Range(0, Instances).Select(_ => Gradients(kind, count, width, random)).ToArray();
        var grams = gradients.Select(vectors => GramMatrix.Of(vectors, count)).ToArray();
        var (exact, approximate) = (
            grams.Select(MinNormSolver.Solve).ToArray(),
            grams.Select(FrankWolfeSolver.Solve).ToArray()
        );
        var times = Contest
            .Medians(
                rounds,
                .02,
                () => Array.ForEach(gradients, vectors => GramMatrix.Of(vectors, count)),
                () => Array.ForEach(grams, gram => MinNormSolver.Solve(gram)),
                () => Array.ForEach(grams, gram => FrankWolfeSolver.Solve(gram))
            )
            .Select(time => time / Instances * 1e6)
            .ToArray();
        var target = count switch
        {
            5 => "20",
            100 => "5000",
            _ => "",
        };
        Markdown.Row(
            kind.Name,
            $"{count}",
            $"{times[0]:f1}",
            $"{times[1]:f1}",
            target,
            $"{exact.Average(solution => solution.Weights.Count(weight => weight > 0)):f1}",
            $"{exact.Max(solution => solution.Gap / solution.Value):0.0e-0}",
            $"{times[2]:f1}",
            $"{approximate.Average(solution => solution.Iterations):f0}",
            $"{exact.Zip(approximate).Max(pair => (pair.Second.Value - pair.First.Value) / pair.First.Value):0.0e-0}"
        );
    }

    private static double[] Gradients(Kind kind, int count, int width, Random random)
    {
        double Normal() =>
            Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        double[] shared = [.. Enumerable.Range(0, width).Select(_ => Normal() * kind.Shared)],
            all = new double[count * width];
        for (var source = 0; source < count; source++)
        {
            var row = all.AsSpan(source * width, width);
            for (var i = 0; i < width; i++)
                row[i] = shared[i] + Normal();
            var squares = 0.0;
            foreach (var value in row)
                squares += value * value;
            var scale = (kind.Unequal ? .5 + random.NextDouble() : 1) / Math.Sqrt(squares);
            for (var i = 0; i < width; i++)
                row[i] *= scale;
        }
        return all;
    }
}
