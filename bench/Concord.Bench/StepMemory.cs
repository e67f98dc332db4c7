using System.Diagnostics;
using System.Globalization;

namespace Concord.Bench;

/// <summary>Peak memory of a process that does nothing but one variant's steps.</summary>
internal static class StepMemory
{
    /// <summary>Runs <c>peak</c> in a process of its own; GB.</summary>
    public static double OfProcess(string model, string file, string variant, BenchOptions options)
    {
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Concord.Bench.dll"));
        foreach (
            var argument in (string[])
                [
                    "peak",
                    model,
                    file,
                    $"variants={variant}",
                    .. options
                        .Values.Where(value =>
                            value.Key is "pairs" or "micro" or "layers" or "tokens" or "seed" or "read"
                        )
                        .Select(value => $"{value.Key}={value.Value}"),
                ]
        )
            start.ArgumentList.Add(argument);
        start.Environment.Remove(Memory.Variable); // as a user's process would run
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? double.Parse(text, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException(
                $"{variant}: the process that measures its memory ended with {process.ExitCode}."
            );
    }

    /// <summary>Two steps of one variant; prints the process's peak in GB.</summary>
    public static void Run(string[] arguments)
    {
        var options = BenchOptions.Parse(arguments);
        var variant = StepVariant.All.Single(candidate =>
            candidate.Name == options.Names("variants")[0] || candidate.Name == options.Values["variants"]
        );
        using var model = new StepModel(options.Words[0], options.Number("layers", 0), StepVariant.Make(variant.Kind));
        var pass = variant.Bind(model);
        var (pairs, micro) = (options.Number("pairs", 8), options.Number("micro", 4));
        foreach (var batch in StepBenchmark.Comparisons(model.Model, options, options.Words[1]).Chunk(pairs).Take(2))
        {
            foreach (var part in batch.Chunk(micro))
                pass(part, pairs);
            model.Step();
        }
        Console.WriteLine(Machine.PeakGigabytes().ToString(CultureInfo.InvariantCulture));
    }
}
