using Concord.Modeling;
using Concord.Tokenization.Comparisons;
using Concord.Training.Batches;
using Concord.Training.Exchange;
using Concord.Training.Losses;
using Concord.Training.Objectives;
using Concord.Training.Weightings;

namespace Concord.Bench;

/// <summary>
/// What MORE costs over Equal: the same batches through the same training step under both, and what the weighting
/// itself takes.
/// </summary>
internal static class SchemesBenchmark
{
    /// <summary>
    /// Runs: <c>schemes MODEL FILE.. [layers=4] [per_source=4] [micro=4] [tokens=512] [rounds=9]</c>; each file is a
    /// source.
    /// </summary>
    public static void Run(string[] arguments)
    {
        var options = BenchOptions.Parse(arguments);
        var files = options.Words[1..];
        int sources = files.Length,
            perSource = options.Number("per_source", 4),
            micro = options.Number("micro", 4);
        int rounds = options.Number("rounds", 9),
            tokens = options.Number("tokens", 512);
        var model = TimedModels.FirstLayers(options.Words[0], options.Number("layers", 4));
        model.SetTrained(TrainedParts.Full);
        var bySource = files.Select(file => TimedComparisons.Read(model, file, perSource * 2, tokens)).ToArray();
        TokenizedComparison[] Batch(int number) =>
            [.. bySource.SelectMany(all => all.Skip(number * perSource).Take(perSource))];
        TokenizedComparison[][] batches = [Batch(0), Batch(1)];
        int[] sourceOf = [.. Enumerable.Range(0, batches[0].Length).Select(index => index / perSource)];
        using var training = new TimedTraining(model);

        (string Name, IWeighting Weighting, int? Micro)[] ways =
        [
            ("one micro-batch: Equal", new EqualWeighting(), null),
            ("one micro-batch: Equal again, which shows the noise", new EqualWeighting(), null),
            ("one micro-batch: MORE", new MoreWeighting(), null),
            ($"micro-batches of {micro}: Equal", new EqualWeighting(), micro),
            (
                $"micro-batches of {micro}: MORE, scope micro-batch",
                new MoreWeighting { Scope = WeightingScope.MicroBatch },
                micro
            ),
            (
                $"micro-batches of {micro}: MORE, scope batch, gradient buffers",
                new MoreWeighting { Accumulation = GradientAccumulation.GradientBuffers },
                micro
            ),
            (
                $"micro-batches of {micro}: MORE, scope batch, second forward",
                new MoreWeighting { Accumulation = GradientAccumulation.SecondForward },
                micro
            ),
        ];
        int[] bases = [0, 0, 0, 3, 3, 3, 3],
            targets = [2, 4];
        var steps = ways.Select(way => training.Scheme(way.Weighting, sources, way.Micro)).ToArray();
        Check(training, steps, batches[0], sourceOf);
        foreach (var step in steps)
            training.Step(step, batches[0], sourceOf); // what a way keeps between steps it has before the clock runs
        var seconds = Contest.Turns(
            rounds,
            [.. steps.Select(step => (Action<int>)(round => training.Step(step, batches[round % 2], sourceOf)))]
        );

        Console.WriteLine($"{Machine.Words}\n");
        Console.WriteLine(
            $"A training step of {batches[0].Length} pairs of {sources} sources, {model.Config.Layers} layers, at "
                + $"most {tokens} tokens "
                + $"(medians of {rounds} interleaved steps; ratios step by step, with their quartiles)\n"
        );
        Markdown.Header("step", "seconds", "times Equal", "quartiles", "target");
        for (var i = 0; i < ways.Length; i++)
        {
            double[] ratios = [.. seconds[i].Zip(seconds[bases[i]], (a, b) => a / b).Order()];
            Markdown.Row(
                ways[i].Name,
                $"{Contest.Median(seconds[i]):f3}",
                bases[i] == i ? "1" : $"{Contest.Median(ratios):f2}",
                bases[i] == i ? "" : $"{ratios[rounds / 4]:f2} to {ratios[rounds - 1 - rounds / 4]:f2}",
                targets.Contains(i) ? "1.01 or less" : ""
            );
        }
        Console.WriteLine(Weighting(training, batches[0], sourceOf, sources, Contest.Median(seconds[0])));
    }

    // The gradient of MORE is one, however it is accumulated.
    private static void Check(
        TimedTraining training,
        RankingObjective[] steps,
        TokenizedComparison[] batch,
        int[] sourceOf
    )
    {
        var (_, equal) = training.Gradient(steps[0], batch, sourceOf);
        var (_, accumulated) = training.Gradient(steps[3], batch, sourceOf);
        Agreement.Check("Equal accumulated over micro-batches", accumulated, equal, 1e-4);
        var (outcome, more) = training.Gradient(steps[2], batch, sourceOf);
        foreach (
            var (name, step) in new[]
            {
                ("MORE by gradient buffers", steps[5]),
                ("MORE by a second forward pass", steps[6]),
            }
        )
        {
            var (other, gradient) = training.Gradient(step, batch, sourceOf);
            Agreement.Check(name, gradient, more, 1e-4);
            if (outcome.Weights.Zip(other.Weights).Any(pair => Math.Abs(pair.First - pair.Second) > 1e-4))
                throw new InvalidOperationException(
                    $"{name}: the weights differ from those of one micro-batch; nothing was timed."
                );
            gradient.Dispose();
        }
        equal.Dispose();
        accumulated.Dispose();
        more.Dispose();
    }

    // What only MORE does in a step, by itself: a clock on whole steps cannot see microseconds.
    private static string Weighting(
        TimedTraining training,
        TokenizedComparison[] batch,
        int[] sourceOf,
        int sources,
        double step
    )
    {
        using var pass = new BatchPass(
            training.Model,
            new TrainingBatch(0, batch, sourceOf, new bool[batch.Length]),
            [
                [.. Enumerable.Range(0, batch.Length)],
            ],
            sources,
            new RankingLossSettings(),
            new SingleProcess()
        )
        {
            Temperatures = [.. Enumerable.Repeat(1.0, sources)],
        };
        pass.Forward(pass.Parts[0], record: false);
        var result = RankingLoss.Evaluate(pass.Pairs, pass.Rewards, pass.Temperatures);
        var gradients = result.HeadGradients(pass.Hidden);
        var weighting = new MoreWeighting();
        var start = new double[training.Model.Config.HiddenSize];
        var momentum = new GradientMomentum(sources, weighting.Alpha, start);
        string[] names = [.. Enumerable.Range(0, sources).Select(source => $"{source}")];
        weighting.Start(new WeightingContext(names, start.Length, 1));
        var times = Contest.Medians(
            9,
            .02,
            () => result.HeadGradients(pass.Hidden),
            () => momentum.Update(gradients, pass.Present),
            () => weighting.Weigh(new SourceGradients(pass.Present, result.Losses, gradients))
        );
        return $"\nTimed by themselves: head gradients in closed form {times[0] * 1e6:f1} µs (every scheme reports "
            + $"their cosines), "
            + $"momentum with its Gram matrix {times[1] * 1e6:f1} µs, "
            + $"normalising and solving {(times[2] - times[1]) * 1e6:f1} µs: what MORE adds to Equal is "
            + $"{times[2] / step:p4} of a step of one micro-batch.\n";
    }
}
