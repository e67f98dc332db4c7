using System.Globalization;
using Concord;
using Concord.Bench;
using Concord.Bench.Coverage;
using Concord.Bench.HeldOut;
using Concord.Bench.Results;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args.FirstOrDefault() is "step" or "score" or "kernels" or "optimizer" && Memory.Restart(args) is { } code)
    return code;
if (args.FirstOrDefault() == "coverage")
{
    var options = BenchOptions.Parse(args[1..]);
    CoverageBenchmark.Run(Console.WriteLine, options.Number("simulations", 1000), options.Number("seed", 1));
    return 0;
}
if (args.FirstOrDefault() == "results")
{
    try
    {
        ResultsTables.Run(args[1..]);
        return 0;
    }
    catch (ConcordException error)
    {
        Console.Error.WriteLine(error.Message);
        return 1;
    }
}
ConcordRuntime.Prepare();
ConcordRuntime.RequireLibtorch();
switch (args.FirstOrDefault())
{
    case "step":
        StepBenchmark.Run(args[1..]);
        return 0;
    case "score":
        ScoringBenchmark.Run(args[1..]);
        return 0;
    case "peak":
        StepMemory.Run(args[1..]);
        return 0;
    case "kernels":
        Console.WriteLine($"{Machine.Words}\n");
        MatrixProductBenchmark.Run(Console.Out);
        KernelBenchmark.Run(Console.Out);
        return 0;
    case "optimizer":
        OptimizerBenchmark.Run(args[1..]);
        return 0;
    case "solver":
        SolverBenchmark.Run(args[1..]);
        return 0;
    case "head":
        HeadBenchmark.Run(args[1..]);
        return 0;
    case "schemes":
        SchemesBenchmark.Run(args[1..]);
        return 0;
    case "frozen":
        FrozenBenchmark.Run(args[1..]);
        return 0;
    case "scale":
        ScaleBenchmark.Run(args[1..]);
        return 0;
    case "tokens":
        TokensBenchmark.Run(args[1..]);
        return 0;
    case "sharing":
        SharingBenchmark.Run(args[1..]);
        return 0;
    case "load":
        LoadBenchmark.Run(args[1..]);
        return 0;
    case "heldout":
        var heldOut = BenchOptions.Parse(args[1..]);
        var standard = new HeldOutSettings();
        HeldOutBenchmark.Run(
            Console.WriteLine,
            standard with
            {
                Populations = heldOut.Number("populations", standard.Populations),
                Draws = heldOut.Number("draws", standard.Draws),
                Truth = heldOut.Number("truth", standard.Truth),
                Steps = heldOut.Number("steps", standard.Steps),
                Seed = heldOut.Number("seed", standard.Seed),
                Sizes = heldOut.Names("sizes") is { Length: > 0 } sizes
                    ? [.. sizes.Select(size => int.Parse(size, CultureInfo.InvariantCulture))]
                    : standard.Sizes,
            },
            Console.Error.WriteLine
        );
        return 0;
    case "all":
        return AllBenchmarks.Run(args[1..]);
    default:
        Console.Error.WriteLine(
            "Benchmarks; CONTRIBUTING.md has their options: coverage | heldout | results FOLDER SCHEME.. | "
                + "kernels | optimizer | solver | head | "
                + "schemes MODEL FILE.. | frozen MODEL FILE | scale | "
                + "tokens MODEL FILE.. | sharing MODEL FILE.. | load MODEL FOLDER | step MODEL FILE.. | score MODEL "
                + "FILE.. | all MODEL DATAFOLDER"
        );
        return 2;
}
