using System.Diagnostics;
using Concord.Modeling;
using Concord.Modeling.Rewards;
using Concord.Training.Weightings;

namespace Concord.Bench;

/// <summary>
/// Epochs over the same comparisons with all but the last layers frozen: the first computes and keeps the states below
/// them, later ones read them.
/// </summary>
internal static class FrozenBenchmark
{
    /// <summary>
    /// Runs: <c>frozen MODEL FILE [layers=all] [trained=2] [pairs=24] [batch=8] [micro=4] [tokens=512] [epochs=6]</c>.
    /// </summary>
    public static void Run(string[] arguments)
    {
        var options = BenchOptions.Parse(arguments);
        int pairs = options.Number("pairs", 24),
            batch = options.Number("batch", 8),
            micro = options.Number("micro", 4);
        int trained = options.Number("trained", 2),
            epochs = options.Number("epochs", 6);
        var model = TimedModels.FirstLayers(options.Words[0], options.Number("layers", 0));
        model.SetTrained(TrainedParts.LastLayers, trained);
        var comparisons = TimedComparisons.Read(model, options.Words[1], pairs + batch, options.Number("tokens", 512));
        using var training = new TimedTraining(model);
        var folder = Directory.CreateTempSubdirectory("concord-bench-");
        try
        {
            var (first, later, size) = Epochs(folder.FullName, epochs);
            var opening = Stopwatch.StartNew();
            using var again = new FrozenStateCache(folder.FullName, model);
            var opened = opening.Elapsed.TotalSeconds;

            Console.WriteLine($"{Machine.Words}\n");
            Console.WriteLine(
                $"{pairs} pairs of {Path.GetFileName(options.Words[1])} in steps of {batch}, micro-batches of {micro}, "
                    + $"{model.Config.Layers} layers of which the last {trained} are trained\n"
            );
            Markdown.Header("epoch", "seconds", "times faster than the first", "target");
            Markdown.Row("first", $"{first:f2}", "1", "");
            Markdown.Row("second", $"{later[0]:f2}", Ratio.Shown(first / later[0]), "8 or more");
            Markdown.Row(
                $"later, median of {later.Length}",
                $"{Contest.Median(later):f2}",
                Ratio.Shown(first / Contest.Median(later)),
                ""
            );
            Console.WriteLine(
                $"\n{size / 1e6:f1} MB of states on disk, {size / 1e6 / pairs:f2} a pair; "
                    + $"another run over them opens the file in {opened:f2} s and finds {again.Count} comparisons.\n"
            );
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        (double First, double[] Later, long Size) Epochs(string place, int count)
        {
            using var cache = new FrozenStateCache(place, model);
            var step = training.Scheme(new EqualWeighting(), 1, micro, cache);
            var sources = new int[batch];
            // a step over others first, without the cache: what is compiled or allocated once is no part of the first
            // epoch
            training.Step(training.Scheme(new EqualWeighting(), 1, micro), comparisons[pairs..], sources);
            var seconds = Contest.Turns(
                count,
                _ =>
                {
                    foreach (var part in comparisons[..pairs].Chunk(batch))
                        training.Step(step, part, sources[..part.Length]);
                }
            )[0];
            return (seconds[0], seconds[1..], Directory.EnumerateFiles(place).Sum(file => new FileInfo(file).Length));
        }
    }
}
