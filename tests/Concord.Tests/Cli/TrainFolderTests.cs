using Concord.Cli;
using Concord.Records;
using Xunit;

namespace Concord.Tests.Cli;

/// <summary>A run writes into a folder of its own, and what it finds there is of the same settings and data.</summary>
public sealed class TrainFolderTests : IDisposable
{
    private const string Tiny = """
        simulation:
          held_out: 4
          sources:
            - {name: careful, size: 16, drift: 0.2, noise: 0.25}
        model:
          init: {hidden_size: 16, layers: 1, heads: 2, intermediate_size: 32}
        training:
          maximum_steps: 1
          batches: {per_source: 4}
        """;

    private readonly TemporaryFolder folder = new();

    public TrainFolderTests() => File.WriteAllText(Recipe, Tiny);

    private string Recipe => folder.File("recipe.yaml");

    public void Dispose() => folder.Dispose();

    private ConcordCli.Result Train(string output, params string[] more) =>
        ConcordCli.Run(["train", Recipe, $"output={folder.File(output)}", .. more]);

    private string Own(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
        File.WriteAllText(folder.File(name), "mine");
        return folder.File(name);
    }

    [Theory]
    [InlineData("model/precious.txt", "model")]
    [InlineData("scores.jsonl", "scores.jsonl")]
    [InlineData("evaluation.json", "evaluation.json")]
    [InlineData("metrics.jsonl", "metrics.jsonl")]
    [InlineData("checkpoints/step-1/x", "checkpoints")]
    [InlineData("initial/config.json", "initial")]
    [InlineData("run.json", "run.json")]
    [InlineData("unread.jsonl", "unread.jsonl")]
    [InlineData("precision", "precision")]
    public void A_folder_with_what_a_run_would_write_over_is_refused_by_name(string name, string named)
    {
        var mine = Own("run/" + name);
        Train("run").MustFail(ExitCodes.Failed, $"holds {named} and no config.yaml");
        Assert.Equal("mine", File.ReadAllText(mine));
        Assert.False(File.Exists(folder.File("run/config.yaml")));
    }

    [Fact]
    public void Other_files_in_a_runs_folder_are_left_alone()
    {
        var mine = Own("run/notes.txt");
        Train("run").MustBeDone();
        Assert.Equal("mine", File.ReadAllText(mine));
    }

    [Fact]
    public void The_model_that_is_trained_from_is_never_written_over()
    {
        Train("first").MustBeDone();
        Directory.CreateDirectory(folder.File("own"));
        Directory.Move(folder.File("first/model"), folder.File("own/model"));
        File.WriteAllText(Recipe, Tiny.Replace("  init: {hidden_size: 16", "  # {", StringComparison.Ordinal));
        var model = $"model={folder.File("own/model")}";
        Train("own", model).MustFail(ExitCodes.Failed, "own holds model and no config.yaml");
        Train("own/model", model).MustFail(ExitCodes.Failed, "output folder");
        Directory.CreateSymbolicLink(folder.File("linked"), folder.File("own/model"));
        Directory.CreateDirectory(folder.File("run"));
        Train("run", $"model={folder.File("linked")}").MustBeDone();
        // the model of a run that has begun and is named as its own beginning
        File.Delete(folder.File("run/run.json"));
        File.Delete(folder.File("linked"));
        Directory.CreateSymbolicLink(folder.File("linked"), folder.File("run/model"));
        Train("run", $"model={folder.File("linked")}").MustFail(ExitCodes.Failed, "is read by the run");
        Assert.True(File.Exists(folder.File("run/model/model.safetensors")));
    }

    [Fact]
    public void A_run_that_cannot_begin_leaves_nothing_to_another()
    {
        string[] wrong = ["training.patience=2", "training.epochs=9", "training.evaluate_every=1"];
        Train("run", wrong).MustFail(ExitCodes.Failed, "patience");
        Assert.False(Directory.Exists(folder.File("run")));
        Train("run", "text.rendering=chat").MustFail(ExitCodes.Failed, "chat");
        Assert.False(Directory.Exists(folder.File("run")));
        Train("run", "training.batches.per_source=0").MustFail(ExitCodes.Usage, "per_source");

        Train("run", "seed=9", "model.init.hidden_size=64").MustBeDone();
        Assert.Contains(
            "\"hidden_size\": 64",
            File.ReadAllText(folder.File("run/initial/config.json")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Where_nothing_is_chosen_no_step_is_the_best_so_far()
    {
        string[] often = ["training.maximum_steps=2", "training.evaluate_every=1", "split.validation=0"];
        var error = Train("run", often).MustBeDone().Error;
        Assert.Contains("step 2: held-out", error, StringComparison.Ordinal);
        Assert.DoesNotContain("best so far", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_with_nothing_held_out_is_named_after_the_tables()
    {
        void Write(string name, int count) =>
            File.WriteAllLines(
                folder.File(name),
                Enumerable
                    .Range(0, count)
                    .Select(i => $"{{\"prompt\": \"{name} {i}\", \"chosen\": \"be\", \"rejected\": \"bi\"}}")
            );
        Write("many.jsonl", 60);
        Write("few.jsonl", 1);
        File.WriteAllText(
            Recipe,
            $$"""
            data: {{folder.Path}}
            sources: [{files: [many.jsonl, few.jsonl]}]
            model:
              init: {hidden_size: 16, layers: 1, heads: 2, intermediate_size: 32}
            training: {maximum_steps: 1, batches: {per_source: 4} }
            """
        );
        Assert.Contains("Nothing was held out of few", Train("run").MustBeDone().Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_finished_run_over_files_that_have_changed_is_another()
    {
        File.WriteAllLines(
            folder.File("pairs.jsonl"),
            Enumerable.Range(0, 40).Select(i => $"{{\"prompt\": \"ba {i}\", \"chosen\": \"be\", \"rejected\": \"bi\"}}")
        );
        File.WriteAllText(
            Recipe,
            $$"""
            data: {{folder.Path}}
            sources: [{files: pairs.jsonl}]
            model:
              init: {hidden_size: 16, layers: 1, heads: 2, intermediate_size: 32}
            training: {maximum_steps: 1, batches: {per_source: 4} }
            """
        );
        Train("run").MustBeDone();
        Assert.NotNull(RunRecord.Read(folder.File("run"))!.Files);
        Assert.Contains("holds this run already", Train("run").MustBeDone().Out, StringComparison.Ordinal);
        File.WriteAllLines(folder.File("pairs.jsonl"), File.ReadAllLines(folder.File("pairs.jsonl")).SkipLast(1));
        Train("run").MustFail(ExitCodes.Failed, "files have changed");
        File.Delete(folder.File("pairs.jsonl"));
        Assert.Contains("were not looked at", Train("run").MustBeDone().Error, StringComparison.Ordinal);
    }
}
