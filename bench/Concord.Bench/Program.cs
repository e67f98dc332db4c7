using Concord.Bench;

if (args.FirstOrDefault() is "step" or "score" && Memory.Restart(args) is { } code) return code;
Concord.Modeling.Native.TorchLibraryLoader.Install();
switch (args.FirstOrDefault())
{
    case "step":
        StepBenchmark.Run(args[1..]);
        return 0;
    case "peak":
        StepMemory.Run(args[1..]);
        return 0;
    case "kernels":
        MatrixProductBenchmark.Run(Console.Out);
        KernelBenchmark.Run(Console.Out);
        return 0;
    default:
        Console.Error.WriteLine("Benchmarks: kernels | step MODEL FILE.. [pairs=8] [micro=4] [repetitions=3] [tokens=512] [variants=A|B] [memory=true]");
        return 2;
}
