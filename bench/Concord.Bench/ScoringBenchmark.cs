using System.Diagnostics;
using System.Globalization;
using Concord.Kernels;
using Concord.Modeling.Rewards;
using Concord.Tokenization.Comparisons;

namespace Concord.Bench;

/// <summary>
/// Scoring four responses of one prompt: Concord against padded batches, in one process, repetitions interleaved.
/// </summary>
internal static class ScoringBenchmark
{
    private const int PromptsPerPaddedBatch = 4; // 16 rows of any prompts, as trainers and servers batch them

    private sealed record Way(string Name, bool Bf16, Func<TokenizedComparison[], double[]> Score);

    /// <summary>
    /// Runs: <c>score MODEL FILE.. [prompts=4] [layers=all] [repetitions=3] [warm=10] [tokens=512] [seed=1]</c>.
    /// </summary>
    public static void Run(string[] arguments)
    {
        var options = BenchOptions.Parse(arguments);
        using var plain = Load(options, StepVariant.Operations.Plain);
        using var fused = Load(options, StepVariant.Operations.Fused);
        using var bf16 = MatrixProduct.HasBf16 ? Load(options, StepVariant.Operations.FusedBf16) : null;
        Way[] ways =
        [
            new(
                "padded",
                false,
                items => Padded(new PaddedModel(plain, logits: false, bf16: false), items, PromptsPerPaddedBatch)
            ),
            new(
                "padded, a prompt at a time",
                false,
                items => Padded(new PaddedModel(plain, logits: false, bf16: false), items, 1)
            ),
            new(
                "padded, logits",
                false,
                items => Padded(new PaddedModel(plain, logits: true, bf16: false), items, PromptsPerPaddedBatch)
            ),
            new("Concord", false, items => Packed(fused, items)),
            new(
                "padded, bf16",
                true,
                items => Padded(new PaddedModel(plain, logits: false, bf16: true), items, PromptsPerPaddedBatch)
            ),
            new(
                "padded, a prompt at a time, bf16",
                true,
                items => Padded(new PaddedModel(plain, logits: false, bf16: true), items, 1)
            ),
            .. bf16 is null ? Array.Empty<Way>() : [new("Concord, bf16", true, items => Packed(bf16, items))],
        ];
        Console.WriteLine($"{Machine.Words}\n");
        foreach (var file in options.Words.Skip(1))
        {
            var items = FourResponses(
                StepBenchmark.Comparisons(plain, options, file),
                options.Number("tokens", 512),
                options.Number("seed", 1)
            );
            var batches = items.Chunk(options.Number("prompts", 4)).Take(options.Number("repetitions", 3)).ToArray();
            var rewards = ways.Select(way => WarmUp(way, batches[0], options.Number("warm", 10))).ToArray();
            var seconds = Contest.Turns(
                batches.Length,
                [.. ways.Select(way => (Action<int>)(round => way.Score(batches[round])))]
            );
            Console.WriteLine(
                $"{Path.GetFileName(file)}, {plain.Config.Layers} layers, {batches[0].Length} prompts with four "
                    + $"responses each, medians of {batches.Length}\n"
            );
            Print(ways, batches, seconds, rewards);
        }
    }

    private static RewardModel Load(BenchOptions options, StepVariant.Operations kind) =>
        TimedModels.FirstLayers(options.Words[0], options.Number("layers", 0), StepVariant.Make(kind));

    private static double[] WarmUp(Way way, TokenizedComparison[] items, double seconds)
    {
        var clock = Stopwatch.StartNew();
        double[] rewards;
        do rewards = way.Score(items);
        while (clock.Elapsed.TotalSeconds < seconds);
        return rewards;
    }

    private static void Print(Way[] ways, TokenizedComparison[][] batches, double[][] seconds, double[][] rewards)
    {
        var rows = batches.Average(batch => batch.Sum(item => item.Suffixes.Length));
        var useful = batches.Average(batch =>
            batch.Sum(item => Enumerable.Range(0, item.Suffixes.Length).Sum(row => (double)item.RowLength(row)))
        );
        Markdown.Header(
            "variant",
            "seconds",
            "responses/s",
            "useful tokens/s",
            "times padded",
            "largest difference of a reward from padded"
        );
        for (var i = 0; i < ways.Length; i++)
        {
            var padded = Array.FindIndex(ways, way => way.Bf16 == ways[i].Bf16);
            var median = Contest.Median(seconds[i]);
            var apart = rewards[i].Zip(rewards[0], (a, b) => Math.Abs(a - b)).Max();
            Markdown.Row(
                ways[i].Name,
                $"{median:f2}",
                $"{rows / median:f1}",
                $"{useful / median:f0}",
                Ratio.Shown(Contest.Median(seconds[padded].Zip(seconds[i], (a, b) => a / b))),
                apart.ToString("g2", CultureInfo.InvariantCulture)
            );
        }
        Console.WriteLine();
    }

    /// <summary>
    /// Each prompt with its own two answers and the two of the next comparison by length; in a shuffled order.
    /// </summary>
    private static TokenizedComparison[] FourResponses(TokenizedComparison[] comparisons, int tokens, int seed)
    {
        TokenizedComparison[] byLength = [.. comparisons.OrderBy(comparison => comparison.PackedLength)];
        TokenizedComparison[] four =
        [
            .. byLength
                .SkipLast(1)
                .Zip(
                    byLength.Skip(1),
                    (own, next) =>
                        own with
                        {
                            Suffixes = [.. own.Suffixes, .. next.Suffixes],
                            Scores = [.. own.Scores, .. next.Scores],
                        }
                )
                .Where(item => Longest(item) <= tokens && item.Suffixes.All(suffix => suffix.Length > 0)),
        ];
        new Random(seed).Shuffle(four);
        return four;
    }

    private static int Longest(TokenizedComparison item) =>
        Enumerable.Range(0, item.Suffixes.Length).Max(item.RowLength);

    private static double[] Padded(PaddedModel model, TokenizedComparison[] items, int promptsPerBatch) =>
        [.. items.Chunk(promptsPerBatch).SelectMany(model.Rewards)];

    private static double[] Packed(RewardModel model, TokenizedComparison[] items) =>
        [.. new RewardScorer(model).Score(items).SelectMany(rewards => rewards)];
}
