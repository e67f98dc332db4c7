using System.Diagnostics;
using Concord.Modeling;
using Concord.Modeling.Adapters;
using Concord.Modeling.Backbones;
using Concord.Modeling.Folders;
using Concord.Tokenization.Comparisons;
using Concord.Training.Weightings;
using TorchSharp;

namespace Concord.Bench;

/// <summary>
/// How the time of a training step grows with the model, the length of texts, the number of sources and of responses:
/// an exponent for each.
/// </summary>
internal static class ScaleBenchmark
{
    /// <summary>A row of a table.</summary>
    /// <param name="Size">What the exponent is over.</param>
    /// <param name="Cells">First cells.</param>
    /// <param name="Seconds">Of a step.</param>
    /// <param name="Optimizer">Of these, the optimizer's.</param>
    private sealed record Row(double Size, string[] Cells, double Seconds, double Optimizer);

    /// <summary>
    /// Runs: <c>scale [rounds=3] [parts=size|length|sources|responses] [layers=6] [largest=true]</c>.
    /// </summary>
    public static void Run(string[] arguments)
    {
        var options = BenchOptions.Parse(arguments);
        int rounds = options.Number("rounds", 3),
            layers = options.Number("layers", 6);
        var parts = options.Names("parts") is { Length: > 0 } named
            ? named
            : ["size", "length", "sources", "responses"];
        Console.WriteLine($"{Machine.Words}\n");
        Console.WriteLine(
            $"Steps are forward, back, clipping and AdamW under MORE, on random weights and ids; medians of "
                + $"{rounds}. Exponents by least squares over logarithms.\n"
        );
        if (parts.Contains("size"))
            Sizes(rounds, options.Flag("largest", true));
        if (!parts.Intersect(["length", "sources", "responses"]).Any())
            return;
        var model = TimedModels.Random(ModelPresets.Find("smollm2-135m")! with { Layers = layers });
        model.SetTrained(TrainedParts.Full);
        using var training = new TimedTraining(model);
        var shape = $"the shape of SmolLM2-135M with {layers} layers";
        if (parts.Contains("length"))
            Lengths(training, shape, rounds);
        if (parts.Contains("sources"))
            Sources(training, shape, rounds);
        if (parts.Contains("responses"))
            Responses(training, shape, rounds);
    }

    // one model after the other: together they would not fit into memory
    private static void Sizes(int rounds, bool largest)
    {
        var small = Shape("14m") with
        {
            HiddenSize = 256,
            Heads = 8,
            KeyValueHeads = 8,
            HeadDimension = 32,
            IntermediateSize = 1024,
        };
        Row Whole(string name, BackboneConfig config) =>
            Model(name, config, TrainedParts.Full, torch.ScalarType.Float32, rounds);
        List<Row> rows =
        [
            Whole("30M", small),
            Whole("70M", Shape("70m")),
            Whole("160M", Shape("160m")),
            Whole("410M", Shape("410m")),
        ];
        var fit = Fit(rows);
        if (largest)
            rows.Add(Model("1.4B", Shape("1.4b"), TrainedParts.Adapters, torch.ScalarType.BFloat16, rounds));
        Print(
            "Model size, Pythia's shapes, 2 comparisons of 256 + 2 × 64 tokens",
            ["model", "weights in layers, millions"],
            rows,
            fit,
            "weights in layers, over the rows trained in full",
            "products with the layers' weights grow in proportion and come nearer to the processor's rate as they "
                + "get wider; "
                + "the optimizer passes over the embeddings too, which weigh most in small models; with adapters "
                + "the products of the weights' gradients fall away."
        );

        static BackboneConfig Shape(string name) => ModelPresets.Find($"pythia-{name}")!;
    }

    private static Row Model(string name, BackboneConfig config, TrainedParts parts, torch.ScalarType type, int rounds)
    {
        var model = TimedModels.Random(config, type);
        model.SetTrained(parts, lora: new LoraSettings());
        using var training = new TimedTraining(model);
        var inLayers = Enumerable
            .Range(0, config.Layers)
            .SelectMany(model.Backbone.LayerParameters)
            .Sum(parameter => parameter.Value.numel());
        var (seconds, optimizer) = Alone(
            training,
            TimedComparisons.Random(2, 256, 64, 2, config.VocabularySize),
            [0, 1],
            2,
            rounds
        );
        return new(
            inLayers,
            [
                $"{name}, {(parts == TrainedParts.Full ? "all trained" : "LoRA on bf16 weights")}",
                $"{inLayers / 1e6:f1}",
            ],
            seconds,
            optimizer
        );
    }

    private static void Lengths(TimedTraining training, string shape, int rounds)
    {
        var rows = Interleaved(
            training,
            rounds,
            [128, 256, 512, 1024, 2048],
            length => (TimedComparisons.Random(1, length / 2, length / 2, 2, 49152), [0], 1),
            (length, comparisons) => [$"{length}", $"{comparisons[0].PackedLength}"]
        );
        Print(
            $"Length, {shape}, one pair whose prompt is half of each row",
            ["tokens of a row", "tokens computed"],
            rows,
            Fit(rows),
            "length",
            "products grow in proportion to the length and only attention with its square, a small part up to these "
                + "lengths; the optimizer's share does not grow."
        );
    }

    private static void Sources(TimedTraining training, string shape, int rounds)
    {
        int[] counts = [2, 5, 10, 20];
        var same = Interleaved(
            training,
            rounds,
            counts,
            count =>
                (
                    TimedComparisons.Random(20, 64, 32, 2, 49152),
                    [.. Enumerable.Range(0, 20).Select(index => index % count)],
                    count
                ),
            (count, _) => [$"{count}", "20"]
        );
        Print(
            $"Sources, {shape}, the same 20 pairs of 64 + 2 × 32 tokens",
            ["K", "pairs"],
            same,
            Fit(same),
            "K",
            "sources cost a head gradient, a row of the Gram matrix and a solve of microseconds; the passes are of "
                + "the pairs."
        );
        var growing = Interleaved(
            training,
            rounds,
            counts,
            count => (TimedComparisons.Random(count, 64, 32, 2, 49152), [.. Enumerable.Range(0, count)], count),
            (count, _) => [$"{count}", $"{count}"]
        );
        Print(
            $"Sources, {shape}, one pair of 64 + 2 × 32 tokens a source",
            ["K", "pairs"],
            growing,
            Fit(growing),
            "K",
            "the batch grows with K, and the step with the batch; the optimizer's share does not."
        );
    }

    private static void Responses(TimedTraining training, string shape, int rounds)
    {
        var rows = Interleaved(
            training,
            rounds,
            [2, 4, 8, 16],
            count => (TimedComparisons.Random(1, 512, 64, count, 49152), [0], 1),
            (count, comparisons) => [$"{count}", $"{comparisons[0].PackedLength}", $"{count * 576}"]
        );
        Print(
            $"Responses, {shape}, a prompt of 512 tokens with n answers of 64",
            ["n", "tokens computed", "with a prompt each"],
            rows,
            Fit(rows),
            "n",
            "the prompt is computed once, so only the answers' tokens grow with n; with a prompt each the exponent "
                + "would be 1."
        );
    }

    private static List<Row> Interleaved(
        TimedTraining training,
        int rounds,
        int[] sizes,
        Func<int, (TokenizedComparison[] Comparisons, int[] SourceOf, int Sources)> make,
        Func<int, TokenizedComparison[], string[]> cells
    )
    {
        var batches = sizes.Select(make).ToArray();
        var steps = batches.Select(batch => training.Scheme(new MoreWeighting(), batch.Sources)).ToArray();
        // the longest first: whatever memory is needed is there before the clock runs
        for (var i = sizes.Length - 1; i >= 0; i--)
            training.Step(steps[i], batches[i].Comparisons, batches[i].SourceOf);
        var optimizer = sizes.Select(_ => new List<double>()).ToArray();
        var seconds = Contest.Turns(
            rounds,
            [
                .. sizes.Select(
                    (_, i) =>
                        (Action<int>)(
                            _ =>
                            {
                                training.Step(steps[i], batches[i].Comparisons, batches[i].SourceOf);
                                optimizer[i].Add(training.OptimizerSeconds);
                            }
                        )
                ),
            ]
        );
        return
        [
            .. sizes.Select(
                (size, i) =>
                    new Row(
                        size,
                        cells(size, batches[i].Comparisons),
                        Contest.Median(seconds[i]),
                        Contest.Median(optimizer[i])
                    )
            ),
        ];
    }

    private static (double Seconds, double Optimizer) Alone(
        TimedTraining training,
        TokenizedComparison[] comparisons,
        int[] sourceOf,
        int sources,
        int rounds
    )
    {
        var step = training.Scheme(new MoreWeighting(), sources);
        training.Step(step, comparisons, sourceOf);
        var (seconds, optimizer) = (new double[rounds], new double[rounds]);
        for (var round = 0; round < rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            training.Step(step, comparisons, sourceOf);
            (seconds[round], optimizer[round]) = (clock.Elapsed.TotalSeconds, training.OptimizerSeconds);
        }
        return (Contest.Median(seconds), Contest.Median(optimizer));
    }

    private static (PowerLaw Step, PowerLaw Passes) Fit(List<Row> rows)
    {
        PowerLaw Of(Func<Row, double> seconds) =>
            PowerLaw.Fit([.. rows.Select(row => row.Size)], [.. rows.Select(seconds)]);
        return (Of(row => row.Seconds), Of(row => row.Seconds - row.Optimizer));
    }

    private static void Print(
        string title,
        string[] names,
        List<Row> rows,
        (PowerLaw Step, PowerLaw Passes) fit,
        string over,
        string why
    )
    {
        Console.WriteLine($"{title}\n");
        Markdown.Header([.. names, "step, s", "forward and back", "optimizer"]);
        foreach (var row in rows)
            Markdown.Row([
                .. row.Cells,
                $"{row.Seconds:f3}",
                $"{row.Seconds - row.Optimizer:f3}",
                $"{row.Optimizer:f3}",
            ]);
        Console.WriteLine(
            $"\nExponent over {over}: {fit.Step.Exponent:f2} of the step, {fit.Passes.Exponent:f2} of forward and back "
                + $"(no row further than {fit.Step.Largest:f2} and {fit.Passes.Largest:f2} times from the fit): {why}\n"
        );
    }
}
