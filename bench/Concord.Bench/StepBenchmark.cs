using System.Diagnostics;
using System.Globalization;
using Concord.Modeling;
using Concord.Modeling.Kernels;
using Concord.Modeling.Operations;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using Concord.Preferences.Readers;
using Concord.Training.Optimizers;

namespace Concord.Bench;

/// <summary>Training steps and scoring on real comparisons: Concord against padded batches, in one process, repetitions interleaved.</summary>
internal static class StepBenchmark
{
    /// <summary>One way of computing a step.</summary>
    /// <param name="Name">As in the table.</param>
    /// <param name="Micro">Forward and back over one micro-batch; gives its share of the loss.</param>
    /// <param name="Computed">Tokens computed for a micro-batch.</param>
    /// <param name="Half">Whether its numbers are those of bf16.</param>
    private sealed record Variant(string Name, Func<IReadOnlyList<TokenizedComparison>, int, double> Micro, Func<IReadOnlyList<TokenizedComparison>, long> Computed, bool Half = false);

    /// <summary>Runs: <c>step MODEL FILE [pairs=8] [micro=4] [repetitions=3] [variants=..] [tokens=512]</c>.</summary>
    public static void Run(string[] arguments)
    {
        var options = arguments.Skip(2).Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        int Number(string key, int otherwise) => options.TryGetValue(key, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
        int pairs = Number("pairs", 8), micro = Number("micro", 4), repetitions = Number("repetitions", 3);
        using RewardModel fused = Load(new FusedOperations()), plain = Load(new AutogradOperations());
        using var half = MatrixProduct.HasBf16 ? Load(new FusedOperations(ProductPrecision.Bf16)) : null;
        var encoding = new ModelEncoding(fused, arguments[0], Number("tokens", 512));
        var comparisons = PreferenceFile.Read(arguments[1]).Comparisons.Where(comparison => comparison.Responses.Count == 2 && comparison.StrictPairs == 1).Select(encoding.Encode).OfType<TokenizedComparison>().ToArray();
        new Random(Number("seed", 1)).Shuffle(comparisons);
        Variant[] all =
        [
            new("padded", (part, total) => new PaddedBaseline(plain, false, false).Step(part, total), Padded),
            new("padded, logits", (part, total) => new PaddedBaseline(plain, true, false).Step(part, total), Padded),
            new("padded, bf16", (part, total) => new PaddedBaseline(plain, false, true).Step(part, total), Padded, true),
            new("packed, plain operations", (part, total) => Packed(plain, [.. part.Select(Unshared)], total), part => part.Sum(comparison => (long)Unshared(comparison).PackedLength)),
            new("packed, shared, plain operations", (part, total) => Packed(plain, part, total), part => part.Sum(comparison => (long)comparison.PackedLength)),
            new("Concord, nothing shared", (part, total) => Packed(fused, [.. part.Select(Unshared)], total), part => part.Sum(comparison => (long)Unshared(comparison).PackedLength)),
            new("Concord", (part, total) => Packed(fused, part, total), part => part.Sum(comparison => (long)comparison.PackedLength)),
            .. half is null ? [] : new[] { new Variant("Concord, bf16", (part, total) => Packed(half, part, total), part => part.Sum(comparison => (long)comparison.PackedLength), true) },
        ];
        var chosen = options.TryGetValue("variants", out var names) ? [.. all.Where(variant => names.Split('|').Contains(variant.Name))] : all;
        Check(chosen, comparisons[..pairs], micro);
        using FlatParameters ownParameters = Flat(fused), plainParameters = Flat(plain);
        using AdamW ownOptimizer = new(ownParameters, new OptimizerSettings()), plainOptimizer = new(plainParameters, new OptimizerSettings()); // the same for all: what is compared is the step
        using var halfParameters = half is null ? null : Flat(half);
        using var halfOptimizer = halfParameters is null ? null : new AdamW(halfParameters, new OptimizerSettings());
        var seconds = chosen.ToDictionary(variant => variant.Name, _ => new List<double>());
        long useful = 0;
        var computed = chosen.ToDictionary(variant => variant.Name, _ => 0L);
        for (var repetition = 0; repetition < repetitions; repetition++)
        {
            var batch = comparisons.Skip(repetition * pairs).Take(pairs).ToArray();
            useful += batch.Sum(comparison => (long)Enumerable.Range(0, 2).Sum(comparison.RowLength));
            foreach (var variant in chosen)
            {
                var clock = Stopwatch.StartNew();
                foreach (var part in batch.Chunk(micro)) variant.Micro(part, pairs);
                (variant.Name.EndsWith("bf16", StringComparison.Ordinal) && variant.Name.StartsWith('C') ? halfOptimizer! : variant.Name.StartsWith('C') ? ownOptimizer : plainOptimizer).Step(1, 1);
                seconds[variant.Name].Add(clock.Elapsed.TotalSeconds);
                computed[variant.Name] += batch.Chunk(micro).Sum(variant.Computed);
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {variant.Name}: {clock.Elapsed.TotalSeconds:f2} s"));
            }
        }
        Console.WriteLine($"\n{Path.GetFileName(arguments[1])}, {fused.Config.Layers} layers, {pairs} pairs in micro-batches of {micro}, medians of {repetitions}\n");
        Console.WriteLine("| variant | seconds | times the first | useful tokens/s | tokens computed a step |\n| --- | --- | --- | --- | --- |");
        var first = Median(seconds[chosen[0].Name]);
        foreach (var variant in chosen)
        {
            var median = Median(seconds[variant.Name]);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {variant.Name} | {median:f2} | {first / median:f2} | {useful / repetitions / median:f0} | {computed[variant.Name] / repetitions} |"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\nPeak memory of this process: {PeakGigabytes():f2} GB"));

        RewardModel Load(IOperations operations)
        {
            var model = RewardModelLoader.Load(arguments[0], new RewardModelOptions { HeadSeed = 1 }, operations);
            model.SetTrained(TrainedParts.Full);
            return model;
        }
    }

    private static FlatParameters Flat(RewardModel model) => new(model, new OptimizerSettings(), 1e-6, 1e-6);

    private static double Packed(RewardModel model, IReadOnlyList<TokenizedComparison> comparisons, int pairs)
    {
        using var batch = PackedBatch.Create(comparisons);
        using var output = model.Forward(batch, record: true);
        var gradient = new double[batch.RowCount];
        var loss = 0.0;
        for (var c = 0; c < comparisons.Count; c++)
        {
            var (winner, loser) = comparisons[c].Scores[0] > comparisons[c].Scores[1] ? (batch.RowOffsets[c], batch.RowOffsets[c] + 1) : (batch.RowOffsets[c] + 1, batch.RowOffsets[c]);
            var difference = output.Rewards[winner] - output.Rewards[loser];
            loss += Math.Log(1 + Math.Exp(-difference)) / pairs;
            gradient[loser] = 1 / (1 + Math.Exp(difference)) / pairs;
            gradient[winner] = -gradient[loser];
        }
        model.Backward(gradient);
        return loss;
    }

    // Losses must agree before anything is timed: those of fp32 closely, that of bf16 as far as bf16 goes.
    private static void Check(Variant[] variants, TokenizedComparison[] batch, int micro)
    {
        double? expected = null;
        foreach (var variant in variants)
        {
            var loss = batch.Chunk(micro).Sum(part => variant.Micro(part, batch.Length));
            expected ??= loss;
            if (Math.Abs(loss - expected.Value) > (variant.Half ? 5e-2 : 1e-4) * Math.Abs(expected.Value))
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{variant.Name}: the loss is {loss:g9}, that of {variants[0].Name} is {expected:g9}."));
        }
    }

    private static long Padded(IReadOnlyList<TokenizedComparison> part) => part.Sum(comparison => (long)comparison.Suffixes.Length) * part.Max(comparison => Enumerable.Range(0, comparison.Suffixes.Length).Max(comparison.RowLength));

    private static TokenizedComparison Unshared(TokenizedComparison shared) => shared with { Prefix = [], Suffixes = [.. shared.Suffixes.Select(suffix => (int[])[.. shared.Prefix, .. suffix])] };

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static double PeakGigabytes()
    {
        var line = File.ReadLines("/proc/self/status").First(text => text.StartsWith("VmHWM", StringComparison.Ordinal));
        return double.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1e6;
    }
}
