using System.Diagnostics;
using Concord.Preferences.Simulation;
using Concord.Tests.Cli;
using Concord.Tests.Pages;
using Xunit;

namespace Concord.Tests.Samples;

/// <summary>The samples are built with the solution; each is run as the program it is.</summary>
public class SampleTests
{
    [Fact]
    public void Scores_are_evaluated()
    {
        using var folder = new TemporaryFolder();
        PageScores.Write(folder.File("scores.jsonl"));
        Assert.Contains("accuracy", Run("EvaluateScores", folder.File("scores.jsonl")), StringComparison.Ordinal);
    }

    [Fact]
    public void More_is_trained()
    {
        using var folder = new TemporaryFolder();
        var (model, files) = Stage(folder);
        var output = Run("TrainMore", files[0], files[1], model, folder.File("run"));
        Assert.Contains("all sources together: NLL", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_weighting_of_ones_own_trains()
    {
        using var folder = new TemporaryFolder();
        var (model, files) = Stage(folder);
        var output = Run("OwnWeighting", model, folder.File("run"), files[0], files[1]);
        Assert.Equal(2, output.Split('\n').Count(line => line.Contains("ECE", StringComparison.Ordinal)));
    }

    private static (string Model, string[] Files) Stage(TemporaryFolder folder)
    {
        var population = SimulatedPopulation.Create(
            new SimulationSettings { Sources = [.. SimulationSettings.DefaultSources.Take(2)], HeldOut = 60 }
        );
        SimulatedFiles.Write(population, folder.File("data"));
        var tokenizer = folder.File("tokenizer");
        Directory.CreateDirectory(tokenizer);
        SimulatedTokenizer.Write(tokenizer);
        var model = folder.File("model");
        string[] shape =
        [
            "model_type=llama",
            "hidden_size=16",
            "num_hidden_layers=2",
            "num_attention_heads=2",
            "intermediate_size=32",
            $"vocab_size={SimulatedTokenizer.VocabularySize}",
        ];
        ConcordCli.Run(["model", "init", "--config", .. shape, "--tokenizer", tokenizer, "-o", model]).MustBeDone();
        return (
            model,
            [.. population.SourceNames.Select(name => folder.File(Path.Combine("data", "held_out", $"{name}.jsonl")))]
        );
    }

    private static string Run(string sample, params string[] arguments)
    {
        var program = Path.Combine(
            Shared.RepositoryRoot,
            "samples",
            sample,
            "bin",
            "Release",
            "net10.0",
            $"{sample}.dll"
        );
        Assert.True(File.Exists(program), $"{program} is not there: build the solution in Release first.");
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", ["exec", program, .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{sample} ended with {process.ExitCode}:\n{error.Result}\n{output}");
        return output;
    }
}
