using System.Diagnostics;
using System.Globalization;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using Concord.Preferences.Readers;

namespace Concord.Bench;

/// <summary>Training steps on real comparisons: Concord against padded batches, in one process, repetitions interleaved.</summary>
internal static class StepBenchmark
{
    private const double SingleTolerance = 1e-3, HalfTolerance = .1; // relative, of losses and of gradients: bf16 rounds each factor to 8 bits

    /// <summary>Runs: <c>step MODEL FILE.. [pairs=8] [micro=4] [repetitions=3] [tokens=512] [seed=1] [variants=A|B] [memory=true]</c>.</summary>
    public static void Run(string[] arguments)
    {
        var options = BenchOptions.Parse(arguments);
        var variants = StepVariant.All.Where(variant => (variant.Kind != StepVariant.Operations.FusedHalf || Modeling.Kernels.MatrixProduct.HasBf16) && options.Names("variants") is var names && (names.Length == 0 || names.Contains(variant.Name))).ToArray();
        var models = variants.Select(variant => variant.Kind).Distinct().ToDictionary(kind => kind, kind => new StepModel(options.Words[0], StepVariant.Make(kind)));
        var passes = variants.ToDictionary(variant => variant, variant => variant.Bind(models[variant.Kind]));
        var first = models.Values.First().Model;
        var (single, library) = ProductRate.Measure(first.Config);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Machine.Words}\nMatrix-product rate of this model's shapes, GFLOPS: Concord {single.Fp32:f0} in fp32, {single.Bf16:f0} in bf16; the tensor library {library.Fp32:f0} and {library.Bf16:f0}.\n"));
        foreach (var file in options.Words.Skip(1))
        {
            var comparisons = Comparisons(first, options, file);
            int pairs = options.Number("pairs", 8), micro = options.Number("micro", 4), repetitions = Math.Min(options.Number("repetitions", 3), comparisons.Length / pairs);
            var batches = comparisons.Chunk(pairs).Take(repetitions).ToArray();
            // the longest first: whatever memory a variant needs it has before the clock runs
            Check(variants, passes, models, batches.SelectMany(batch => batch.Chunk(micro)).MaxBy(PaddedRows.Tokens)!);
            var seconds = variants.ToDictionary(variant => variant, _ => new List<double>());
            foreach (var batch in batches)
            {
                foreach (var variant in variants)
                {
                    var clock = Stopwatch.StartNew();
                    foreach (var part in batch.Chunk(micro)) passes[variant](part, pairs);
                    models[variant.Kind].Step();
                    seconds[variant].Add(clock.Elapsed.TotalSeconds);
                    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {variant.Name}: {clock.Elapsed.TotalSeconds:f2} s"));
                }
            }
            Console.WriteLine($"{Path.GetFileName(file)}, {first.Config.Layers} layers, steps of {pairs} pairs in micro-batches of {micro}, at most {options.Number("tokens", 512)} tokens, {Repetitions(batches.Length)}\n");
            Console.WriteLine("| variant | seconds | useful tokens/s | tokens computed | times padded | times padded with logits | share of its product rate | peak memory, GB |\n| --- | --- | --- | --- | --- | --- | --- | --- |");
            var useful = batches.Average(batch => batch.Sum(comparison => (double)comparison.RowLength(0) + comparison.RowLength(1)));
            foreach (var variant in variants)
            {
                double Times(string name) => variants.FirstOrDefault(other => other.Name == (variant.Half ? $"{name}, bf16" : name)) is { } other ? Median(seconds[other].Zip(seconds[variant], (a, b) => a / b)) : double.NaN;
                var rate = variant.Kind == StepVariant.Operations.Plain ? library : single;
                var flops = batches.Average(batch => batch.Chunk(micro).Sum(part => variant.Flops(first.Config, part)));
                var median = Median(seconds[variant]);
                var peak = options.Flag("memory", false) ? StepMemory.OfProcess(options.Words[0], file, variant.Name, options) : double.NaN;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {variant.Name} | {median:f2} | {useful / median:f0} | {batches.Average(batch => batch.Chunk(micro).Sum(variant.Tokens)):f0} | {Cell(Times("padded"))} | {Cell(Times("padded, logits"))} | {flops / median / 1e9 / (variant.Half ? rate.Bf16 : rate.Fp32):p0} | {Cell(peak)} |"));
            }
            Console.WriteLine();
        }
        foreach (var model in models.Values) model.Dispose();
    }

    /// <summary>The comparisons of a file with two responses of which one is better, shuffled.</summary>
    public static TokenizedComparison[] Comparisons(RewardModel model, BenchOptions options, string file)
    {
        var encoding = new ModelEncoding(model, options.Words[0], options.Number("tokens", 512));
        var comparisons = PreferenceFile.Read(file).Comparisons.Where(comparison => comparison.Responses.Count == 2 && comparison.StrictPairs == 1)
            .Select(encoding.Encode).OfType<TokenizedComparison>().Take(options.Number("read", 4000)).ToArray();
        new Random(options.Number("seed", 1)).Shuffle(comparisons);
        return comparisons;
    }

    private static string Repetitions(int count) => count == 1 ? "one step" : $"medians of {count} interleaved steps";

    private static string Cell(double value) => double.IsNaN(value) ? "" : value.ToString("f2", CultureInfo.InvariantCulture);

    // Losses and gradients must agree before anything is timed.
    private static void Check(StepVariant[] variants, Dictionary<StepVariant, Func<IReadOnlyList<TokenizedComparison>, int, double>> passes, Dictionary<StepVariant.Operations, StepModel> models, TokenizedComparison[] part)
    {
        (double Loss, float[] Gradients)? expected = null;
        foreach (var variant in variants)
        {
            var model = models[variant.Kind];
            model.ClearGradients();
            var loss = passes[variant](part, part.Length);
            var gradients = model.Gradients();
            model.ClearGradients();
            expected ??= (loss, gradients);
            double difference = 0, norm = 0;
            for (var i = 0; i < gradients.Length; i++)
            {
                difference += Math.Pow(gradients[i] - expected.Value.Gradients[i], 2);
                norm += Math.Pow(expected.Value.Gradients[i], 2);
            }
            var (apart, tolerance) = (Math.Sqrt(difference / norm), variant.Half ? HalfTolerance : SingleTolerance);
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {variant.Name}: loss {loss:g7}, gradient apart by {apart:g2} of its norm"));
            if (Math.Abs(loss - expected.Value.Loss) > tolerance * Math.Abs(expected.Value.Loss) || !(apart <= tolerance))
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{variant.Name}: loss {loss:g9}, gradient apart by {apart:g2} of its norm from {variants[0].Name}, whose loss is {expected.Value.Loss:g9}."));
        }
    }

    /// <summary>The middle value.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }
}
