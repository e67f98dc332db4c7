using System.Diagnostics;
using System.Globalization;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;

namespace Concord.Bench;

/// <summary>Scoring four responses of one prompt: Concord against padded batches, in one process, repetitions interleaved.</summary>
internal static class ScoringBenchmark
{
    private const int PromptsPerPaddedBatch = 4; // 16 rows

    /// <summary>Runs: <c>score MODEL FILE.. [prompts=16] [repetitions=3] [tokens=512] [seed=1]</c>.</summary>
    public static void Run(string[] arguments)
    {
        var options = BenchOptions.Parse(arguments);
        StepVariant.Operations[] kinds = [StepVariant.Operations.Plain, StepVariant.Operations.Fused, .. Modeling.Kernels.MatrixProduct.HasBf16 ? [StepVariant.Operations.FusedHalf] : Array.Empty<StepVariant.Operations>()];
        var models = kinds.ToDictionary(kind => kind, kind => RewardModelLoader.Load(options.Words[0], new RewardModelOptions { HeadSeed = 1 }, StepVariant.Make(kind)));
        var plain = models[StepVariant.Operations.Plain];
        (string Name, bool Half, Func<TokenizedComparison[], double[]> Score)[] ways =
        [
            ("padded", false, items => Padded(new PaddedModel(plain, logits: false, half: false), items)),
            ("padded, logits", false, items => Padded(new PaddedModel(plain, logits: true, half: false), items)),
            ("Concord", false, items => Packed(models[StepVariant.Operations.Fused], items)),
            ("padded, bf16", true, items => Padded(new PaddedModel(plain, logits: false, half: true), items)),
            .. models.TryGetValue(StepVariant.Operations.FusedHalf, out var half) ? [("Concord, bf16", true, (TokenizedComparison[] items) => Packed(half, items))] : Array.Empty<(string, bool, Func<TokenizedComparison[], double[]>)>(),
        ];
        Console.WriteLine($"{Machine.Words}\n");
        foreach (var file in options.Words.Skip(1))
        {
            var items = FourResponses(StepBenchmark.Comparisons(plain, options, file), options.Number("tokens", 512), options.Number("seed", 1));
            int prompts = options.Number("prompts", 16), repetitions = options.Number("repetitions", 3);
            var batches = items.Chunk(prompts).Take(repetitions).ToArray();
            var rewards = ways.Select(way => way.Score(batches[0])).ToArray(); // warms up, too
            var seconds = ways.Select(_ => new List<double>()).ToArray();
            foreach (var batch in batches)
            {
                for (var i = 0; i < ways.Length; i++)
                {
                    var clock = Stopwatch.StartNew();
                    ways[i].Score(batch);
                    seconds[i].Add(clock.Elapsed.TotalSeconds);
                    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {ways[i].Name}: {clock.Elapsed.TotalSeconds:f2} s"));
                }
            }
            var rows = batches.Average(batch => batch.Sum(item => item.Suffixes.Length));
            var useful = batches.Average(batch => batch.Sum(item => Enumerable.Range(0, item.Suffixes.Length).Sum(row => (double)item.RowLength(row))));
            Console.WriteLine($"{Path.GetFileName(file)}, {plain.Config.Layers} layers, {prompts} prompts with four responses each, medians of {batches.Length}\n");
            Console.WriteLine("| variant | seconds | responses/s | useful tokens/s | times padded | largest difference of a reward |\n| --- | --- | --- | --- | --- | --- |");
            for (var i = 0; i < ways.Length; i++)
            {
                var padded = Array.FindIndex(ways, way => way.Name == (ways[i].Half ? "padded, bf16" : "padded"));
                var median = StepBenchmark.Median(seconds[i]);
                var times = StepBenchmark.Median(seconds[padded].Zip(seconds[i], (a, b) => a / b));
                var apart = rewards[i].Zip(rewards[0], (a, b) => Math.Abs(a - b)).Max();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {ways[i].Name} | {median:f2} | {rows / median:f1} | {useful / median:f0} | {times:f2} | {apart:g2} |"));
            }
            Console.WriteLine();
        }
        foreach (var model in models.Values) model.Dispose();
    }

    /// <summary>Each prompt with its own two answers and the two of the next comparison by length; in a shuffled order.</summary>
    private static TokenizedComparison[] FourResponses(TokenizedComparison[] comparisons, int tokens, int seed)
    {
        TokenizedComparison[] byLength = [.. comparisons.OrderBy(comparison => comparison.PackedLength)];
        TokenizedComparison[] four =
        [
            .. byLength.SkipLast(1).Zip(byLength.Skip(1), (own, next) => own with { Suffixes = [.. own.Suffixes, .. next.Suffixes], Scores = [.. own.Scores, .. next.Scores] })
                .Where(item => Enumerable.Range(0, 4).Max(item.RowLength) <= tokens && item.Suffixes.All(suffix => suffix.Length > 0)),
        ];
        new Random(seed).Shuffle(four);
        return four;
    }

    private static double[] Padded(PaddedModel model, TokenizedComparison[] items) => [.. items.Chunk(PromptsPerPaddedBatch).SelectMany(model.Rewards)];

    private static double[] Packed(RewardModel model, TokenizedComparison[] items) => [.. new RewardScorer(model).Score(items).SelectMany(rewards => rewards)];
}
