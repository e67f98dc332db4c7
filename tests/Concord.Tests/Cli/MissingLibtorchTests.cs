using System.Diagnostics;
using Concord.Cli;
using Concord.Tests.Pages;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Concord.Tests.Cli;

/// <summary>
/// Programs in a folder that has all of Concord but no native library, as where no package for the platform was named.
/// </summary>
public sealed class MissingLibtorchTests : IDisposable
{
    // Every entrance of the libraries behind which tensors are made; what they are given is never read.
    private const string Entrances = """
        using System;
        using Concord;
        using Concord.Modeling.Backbones;
        using Concord.Modeling.Folders;
        using Concord.Modeling.Language;
        using Concord.Modeling.Rewards;
        using Concord.Runs;

        ConcordRuntime.Prepare();
        Action[] entrances =
        [
            () => RewardModel.Load("nowhere"),
            () => LanguageModel.Load("nowhere"),
            () => RandomCheckpoint.Write("made", ModelPresets.Find("pythia-70m")!, 1),
            () => RandomCheckpoint.Write("made", ConfigAssembly.From(ModelPresets.Find("pythia-70m")!), 1),
            () => GgufImport.Run("nowhere.gguf", "made"),
            () => DeviceName.Parse("cuda"),
        ];
        foreach (var enter in entrances)
            try
            {
                enter();
                Console.WriteLine("entered");
            }
            catch (Exception error)
            {
                Console.WriteLine($"{error.GetType().Name}: {error.Message}");
            }
        """;

    private readonly TemporaryFolder folder = new();

    public MissingLibtorchTests()
    {
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll"))
            File.Copy(file, folder.File(Path.GetFileName(file)));
        File.Copy(
            Path.Combine(AppContext.BaseDirectory, "concord.runtimeconfig.json"),
            folder.File("concord.runtimeconfig.json")
        );
    }

    [Fact]
    public void Every_entrance_says_the_same_sentence_and_writes_nothing()
    {
        Compile(Entrances, folder.File("entrances.dll"));
        var run = Run("entrances.dll");
        Assert.Equal(6, run.Lines.Length);
        var sentence = Assert.Single(run.Lines.Distinct());
        Assert.StartsWith("ConcordException: ", sentence, StringComparison.Ordinal);
        Assert.Contains("libtorch", sentence, StringComparison.Ordinal);
        Assert.Matches("needs the package libtorch-cpu-|No libtorch is published for ", sentence);
        Assert.False(Directory.Exists(folder.File("made")));
    }

    [Fact]
    public void The_command_line_says_it_too_and_does_what_needs_none()
    {
        Run("concord.dll", "model", "init", "--config", "pythia-70m", "-o", "made")
            .MustFail(ExitCodes.Failed, "libtorch", "package");
        Assert.False(Directory.Exists(folder.File("made")));
        Run("concord.dll", "quickstart", "--steps", "3").MustFail(ExitCodes.Failed, "libtorch", "package");

        PageScores.Write(folder.File("scores.jsonl"));
        Assert.Contains("accuracy", Run("concord.dll", "evaluate", "--scores", "scores.jsonl").MustBeDone().Out);
        Run("concord.dll", "--help").MustBeDone();
    }

    [Theory]
    [InlineData("linux-arm64", true, "No libtorch is published for linux-arm64")]
    [InlineData("linux-x64", false, "ConcordRuntime.Prepare()")]
    [InlineData("linux-x64", true, "libtorch-cpu-linux-x64")]
    [InlineData("win-arm64", false, "libtorch-cpu-win-arm64")]
    public void The_sentence_says_what_to_do(string platform, bool prepared, string advice)
    {
        var sentence = ConcordRuntime.Sentence(platform, prepared, new DllNotFoundException("first\nsecond"));
        Assert.Contains(advice, sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("second", sentence, StringComparison.Ordinal);
    }

    private static void Compile(string program, string file)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(reference => MetadataReference.CreateFromFile(reference));
        var result = CSharpCompilation
            .Create(
                Path.GetFileNameWithoutExtension(file),
                [CSharpSyntaxTree.ParseText(program)],
                references,
                new CSharpCompilationOptions(OutputKind.ConsoleApplication)
            )
            .Emit(file);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
    }

    private ConcordCli.Result Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            ["exec", "--runtimeconfig", folder.File("concord.runtimeconfig.json"), folder.File(program), .. arguments]
        )
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output, error.Result);
    }

    /// <inheritdoc/>
    public void Dispose() => folder.Dispose();
}
