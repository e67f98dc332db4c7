using System.Diagnostics;

namespace Concord.Bench;

/// <summary>
/// Every benchmark on one model and one folder of data, each in a process of its own, one after the other.
/// </summary>
internal static class AllBenchmarks
{
    /// <summary>
    /// Runs: <c>all MODEL DATAFOLDER</c>; the folder holds helpful.json, harmless.json and webgpt.json.
    /// </summary>
    /// <returns>0, or the exit code of the first that failed; the others are run all the same.</returns>
    public static int Run(string[] arguments)
    {
        string File(string name) => Path.Combine(arguments[1], name);
        string model = arguments[0],
            helpful = File("helpful.json"),
            harmless = File("harmless.json"),
            webgpt = File("webgpt.json");
        string[][] commands =
        [
            ["kernels"],
            ["optimizer"],
            ["solver"],
            ["schemes", model, helpful, harmless, webgpt],
            ["frozen", model, helpful],
            ["scale"],
            ["tokens", model, helpful, harmless, webgpt],
            ["sharing", model, helpful, harmless, webgpt],
            ["load", model, Path.GetTempPath()],
            // two runs: the models of three kinds and a padded step at once take more than 24 GiB
            [
                "step",
                model,
                helpful,
                harmless,
                webgpt,
                "variants=padded|padded, logits|Concord, nothing shared|Concord",
                "memory=true",
            ],
            [
                "step",
                model,
                helpful,
                harmless,
                webgpt,
                "variants=Concord|padded, bf16|padded, logits, bf16|Concord, bf16",
                "memory=true",
            ],
            ["step", model, helpful, "layers=6", "pairs=16", "micro=16"],
            ["score", model, helpful],
        ];
        return commands.Select(Start).ToArray().FirstOrDefault(code => code != 0);
    }

    private static int Start(string[] command)
    {
        var words = command.Select(word => Path.GetFileName(Path.TrimEndingDirectorySeparator(word)));
        Console.WriteLine($"## {string.Join(' ', words)}\n");
        var start = new ProcessStartInfo(Environment.ProcessPath!);
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Concord.Bench.dll"));
        foreach (var word in command)
            start.ArgumentList.Add(word);
        using var process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0)
            Console.WriteLine($"{command[0]} failed with exit code {process.ExitCode}.\n");
        return process.ExitCode;
    }
}
