using System.Diagnostics;
using Concord.Modeling.Rewards;
using Concord.Modeling.Weights;
using TorchSharp;

namespace Concord.Bench;

/// <summary>How long a model takes to open, weights in fp32 and as they are stored: a given folder and one of 1.4 billion random weights.</summary>
internal static class LoadBenchmark
{
    private const int Rounds = 3;

    /// <summary>Prints a table.</summary>
    /// <param name="args">MODEL FOLDER, where the second is written: 2.8 GB, taken away again.</param>
    public static void Run(string[] args)
    {
        Console.WriteLine($"Opening a reward model (median of {Rounds} interleaved rounds; files in the page cache)");
        Console.WriteLine();
        Console.WriteLine("| model | weights, millions | stored as | file, MB | held in fp32, s | GB/s | held in bf16, s | GB/s |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        Row(Path.GetFileName(Path.GetFullPath(args[0])), args[0]);
        var folder = Path.Combine(args[1], "pythia-1.4b-random");
        try
        {
            RandomCheckpoint.Write(folder, ConfigAssembly.From(ModelPresets.Find("pythia-1.4b")!).Set("dtype", "bfloat16"), 1);
            Row("Pythia-1.4B's shape", folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        Console.WriteLine();
    }

    private static void Row(string name, string folder)
    {
        var config = BackboneConfig.Read(folder);
        var bytes = Directory.GetFiles(folder, "*.safetensors").Sum(file => new FileInfo(file).Length) / 1e6;
        torch.ScalarType[] types = [torch.ScalarType.Float32, torch.ScalarType.BFloat16];
        var times = types.Select(_ => new List<double>()).ToArray();
        for (var round = -1; round < Rounds; round++) // the first warms
        {
            for (var i = 0; i < types.Length; i++)
            {
                var clock = Stopwatch.StartNew();
                using (RewardModel.Load(folder, new RewardModelOptions { HeadSeed = 1, WeightType = types[i] })) times[i].Add(clock.Elapsed.TotalSeconds);
                if (round < 0) times[i].Clear();
            }
        }
        string Cell(List<double> seconds) => $"{seconds.Order().ElementAt(Rounds / 2):F2} | {bytes / 1e3 / seconds.Order().ElementAt(Rounds / 2):F1}";
        Console.WriteLine($"| {name} | {RandomCheckpoint.CountWeights(config) / 1e6:#,0} | {config.Dtype} | {bytes:#,0} | {Cell(times[0])} | {Cell(times[1])} |");
    }
}
