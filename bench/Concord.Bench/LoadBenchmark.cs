using System.Diagnostics;
using Concord.Modeling.Backbones;
using Concord.Modeling.Folders;
using Concord.Modeling.Rewards;
using TorchSharp;

namespace Concord.Bench;

/// <summary>
/// How long a model takes to open, weights in fp32 and as they are stored: a given folder and one of 1.4 billion random
/// weights.
/// </summary>
internal static class LoadBenchmark
{
    /// <summary>
    /// Runs: <c>load MODEL FOLDER [rounds=3]</c>; into the folder 2.8 GB are written, and taken away again.
    /// </summary>
    public static void Run(string[] arguments)
    {
        var options = BenchOptions.Parse(arguments);
        var rounds = options.Number("rounds", 3);
        Console.WriteLine($"{Machine.Words}\n");
        Console.WriteLine($"Opening a reward model (median of {rounds} interleaved rounds; files in the page cache)");
        Console.WriteLine();
        Console.WriteLine(
            "| model | weights, millions | stored as | file, MB | held in fp32, s | GB/s | held in bf16, s | GB/s |"
        );
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        Row(Path.GetFileName(Path.TrimEndingDirectorySeparator(options.Words[0])), options.Words[0], rounds);
        var folder = Path.Combine(options.Words[1], "pythia-1.4b-random");
        try
        {
            RandomCheckpoint.Write(
                folder,
                ConfigAssembly.From(ModelPresets.Find("pythia-1.4b")!).Set("dtype", "bfloat16"),
                1
            );
            Row("Pythia-1.4B's shape", folder, rounds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        Console.WriteLine();
    }

    private static void Row(string name, string folder, int rounds)
    {
        var config = BackboneConfig.Read(folder);
        var bytes = Directory.GetFiles(folder, "*.safetensors").Sum(file => new FileInfo(file).Length) / 1e6;
        torch.ScalarType[] types = [torch.ScalarType.Float32, torch.ScalarType.BFloat16];
        var times = types.Select(_ => new List<double>()).ToArray();
        for (var round = -1; round < rounds; round++) // the first warms
        {
            for (var i = 0; i < types.Length; i++)
            {
                var clock = Stopwatch.StartNew();
                using (RewardModel.Load(folder, new RewardModelOptions { HeadSeed = 1, WeightType = types[i] }))
                    times[i].Add(clock.Elapsed.TotalSeconds);
                if (round < 0)
                    times[i].Clear();
            }
        }
        string Cell(List<double> seconds)
        {
            var median = Contest.Median([.. seconds]);
            return $"{median:F2} | {bytes / 1e3 / median:F1}";
        }
        Console.WriteLine(
            $"| {name} | {RandomCheckpoint.CountWeights(config) / 1e6:#,0} | {config.Dtype} | {bytes:#,0} | "
                + $"{Cell(times[0])} | {Cell(times[1])} |"
        );
    }
}
