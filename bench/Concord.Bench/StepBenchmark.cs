using System.Globalization;
using Concord.Kernels;
using Concord.Modeling.Rewards;
using Concord.Preferences.Readers;
using Concord.Tokenization.Comparisons;

namespace Concord.Bench;

/// <summary>
/// Training steps on real comparisons: Concord against padded batches, in one process, repetitions interleaved.
/// </summary>
internal static class StepBenchmark
{
    /// <summary>
    /// Runs: <c>step MODEL FILE.. [pairs=8] [micro=4] [layers=all] [repetitions=3] [warm=15] [tokens=512] [seed=1]
    /// [variants=A|B] [memory=true]</c>.
    /// </summary>
    public static void Run(string[] arguments)
    {
        var options = BenchOptions.Parse(arguments);
        var named = options.Names("variants");
        var variants = StepVariant
            .All.Where(variant =>
                (variant.Kind != StepVariant.Operations.FusedBf16 || MatrixProduct.HasBf16)
                && (named.Length == 0 || named.Contains(variant.Name))
            )
            .ToArray();
        var models = variants
            .Select(variant => variant.Kind)
            .Distinct()
            .ToDictionary(
                kind => kind,
                kind => new StepModel(options.Words[0], options.Number("layers", 0), StepVariant.Make(kind))
            );
        var entrants = variants
            .Select(variant => new StepTiming.Entrant(
                variant,
                models[variant.Kind],
                variant.Bind(models[variant.Kind])
            ))
            .ToArray();
        var timing = new StepTiming(
            entrants[0].Model.Model.Config,
            options.Number("pairs", 8),
            options.Number("micro", 4)
        );
        Console.WriteLine($"{Machine.Words}\n");
        foreach (var file in options.Words.Skip(1))
        {
            var comparisons = Comparisons(entrants[0].Model.Model, options, file);
            var batches = comparisons
                .Chunk(timing.Pairs)
                .Where(batch => batch.Length == timing.Pairs)
                .Take(options.Number("repetitions", 3))
                .ToArray();
            // the longest first: whatever memory a variant needs it has before the clock runs
            StepAgreement.Check(
                entrants,
                batches.SelectMany(batch => batch.Chunk(timing.Micro)).MaxBy(PaddedRows.Tokens)!
            );
            var (times, rates) = timing.Run(entrants, batches, options.Number("warm", 15));
            Print(options, file, timing, batches, times, rates);
        }
        foreach (var model in models.Values)
            model.Dispose();
    }

    /// <summary>The comparisons of a file with two responses of which one is better, shuffled.</summary>
    public static TokenizedComparison[] Comparisons(RewardModel model, BenchOptions options, string file)
    {
        var encoding = new ModelEncoding(model, options.Number("tokens", 512));
        var comparisons = PreferenceFile
            .Read(file)
            .Comparisons.Where(comparison => comparison.Responses.Count == 2 && comparison.StrictPairs == 1)
            .Select(encoding.Encode)
            .OfType<TokenizedComparison>()
            .Take(options.Number("read", 4000))
            .ToArray();
        new Random(options.Number("seed", 1)).Shuffle(comparisons);
        return comparisons;
    }

    private static void Print(
        BenchOptions options,
        string file,
        StepTiming timing,
        TokenizedComparison[][] batches,
        IReadOnlyDictionary<StepVariant, StepTiming.Times> times,
        IReadOnlyList<(ProductRate Own, ProductRate Library)> rates
    )
    {
        var steps = batches.Length == 1 ? "one step" : $"medians of {batches.Length} interleaved steps";
        Console.WriteLine(
            $"{Path.GetFileName(file)}, {timing.Config.Layers} layers, steps of {timing.Pairs} pairs in "
                + $"micro-batches of {timing.Micro}, at most {options.Number("tokens", 512)} tokens, {steps}\n"
        );
        Markdown.Header(
            "variant",
            "seconds",
            "useful tokens/s",
            "tokens computed",
            "times padded",
            "times padded with logits",
            "share of its product rate",
            "peak memory, GB"
        );
        foreach (var (variant, measured) in times)
        {
            double Times(string name) =>
                times.Keys.FirstOrDefault(other => other.Name == (variant.Bf16 ? $"{name}, bf16" : name)) is { } other
                    ? Contest.Median(times[other].Seconds.Zip(measured.Seconds, (a, b) => a / b))
                    : double.NaN;
            var useful = batches.Select(batch =>
                batch.Sum(comparison => (double)comparison.RowLength(0) + comparison.RowLength(1))
            );
            var computed = batches.Average(batch => batch.Chunk(timing.Micro).Sum(variant.Tokens));
            var peak = options.Flag("memory", false)
                ? StepMemory.OfProcess(options.Words[0], file, variant.Name, options)
                : double.NaN;
            Markdown.Row(
                variant.Name,
                $"{Contest.Median(measured.Seconds):f2}",
                $"{Contest.Median(useful.Zip(measured.Seconds, (tokens, seconds) => tokens / seconds)):f0}",
                $"{computed:f0}",
                Ratio.Shown(Times("padded")),
                Ratio.Shown(Times("padded, logits")),
                $"{Contest.Median(measured.Shares):p0}",
                Cell(peak)
            );
        }
        Console.WriteLine(
            $"\nProduct rates before each step, GFLOPS: Concord {Range(rate => rate.Own.Fp32)} in fp32, "
                + $"{Range(rate => rate.Own.Bf16)} in bf16; the tensor library {Range(rate => rate.Library.Fp32)} "
                + $"and {Range(rate => rate.Library.Bf16)}.\n"
        );
        Console.Out.Flush();

        string Range(Func<(ProductRate Own, ProductRate Library), double> rate) =>
            rates.Count == 1 ? $"{rate(rates[0]):f0}" : $"{rates.Min(rate):f0} to {rates.Max(rate):f0}";
    }

    private static string Cell(double value) =>
        double.IsNaN(value) ? "" : value.ToString("f2", CultureInfo.InvariantCulture);
}
