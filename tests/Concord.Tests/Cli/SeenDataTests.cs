using System.Text.Json;
using Concord.Cli;
using Concord.Records;
using Xunit;

namespace Concord.Tests.Cli;

/// <summary>Numbers that few pairs cannot carry, and data already seen, are said before they are believed.</summary>
public sealed class SeenDataTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public SeenDataTests()
    {
        Write("a.jsonl", "a", 0, 60);
        Write("new.jsonl", "a", 100, 30);
        File.WriteAllText(
            Recipe,
            $$"""
            data: {{folder.Path}}
            sources: [{files: [a.jsonl]}]
            split: {held_out: 0.3, validation: 0}
            model:
              init: {hidden_size: 16, layers: 1, heads: 2, intermediate_size: 32}
            training: {maximum_steps: 2, batches: {per_source: 8} }
            """
        );
    }

    private string Recipe => folder.File("recipe.yaml");

    public void Dispose() => folder.Dispose();

    private string Write(string name, string prompt, int from, int count)
    {
        File.WriteAllLines(
            folder.File(name),
            Enumerable
                .Range(from, count)
                .Select(i => $"{{\"prompt\": \"{prompt} {i}\", \"chosen\": \"be {i}\", \"rejected\": \"bi\"}}")
        );
        return folder.File(name);
    }

    private ConcordCli.Result Train(string output, params string[] more) =>
        ConcordCli.Run(["train", Recipe, $"output={folder.File(output)}", .. more]);

    private string Model(string output) => new RunContents(folder.File(output)).ModelFolder;

    [Fact]
    public void An_evaluation_says_what_was_trained_on()
    {
        Train("run").MustBeDone();
        var json = folder.File("evaluation.json");
        var seen = ConcordCli
            .Run("evaluate", Model("run"), folder.File("a.jsonl"), folder.File("new.jsonl"), "--json", json)
            .MustBeDone();
        // two steps of eight
        Assert.Contains("was trained on 16 of the 90 prompts", seen.Error, StringComparison.Ordinal);
        Assert.Contains("of 90 prompts it was trained on 16, 0 chose", seen.Out, StringComparison.Ordinal);
        var said = JsonDocument.Parse(File.ReadAllText(json)).RootElement.GetProperty("seen");
        Assert.Equal(
            (90, 16, 16),
            (
                said.GetProperty("prompts").GetInt32(),
                said.GetProperty("trained_on").GetInt32(),
                said.GetProperty("by_source").GetProperty("a").GetInt32()
            )
        );
        var fresh = ConcordCli.Run("evaluate", Model("run"), folder.File("new.jsonl")).MustBeDone();
        Assert.DoesNotContain("trained on", fresh.Error + fresh.Out, StringComparison.Ordinal);
        // the run's own held-out comparisons were not
        var prompts = TrainingPrompts.Read(Model("run"))!;
        Assert.All(
            new RunContents(folder.File("run")).Predictions(),
            one => Assert.Equal(PromptUse.None, prompts.UseOf(one.PromptId!))
        );
        // what is trained on from there keeps what its base had seen
        File.WriteAllText(
            Recipe,
            $$"""
            data: {{folder.Path}}
            sources: [{files: [new.jsonl]}]
            training: {maximum_steps: 1, batches: {per_source: 4} }
            """
        );
        Train("second", $"model={Model("run")}").MustBeDone();
        Assert.Contains(
            "was trained on 20 of the 90",
            ConcordCli
                .Run("evaluate", Model("second"), folder.File("a.jsonl"), folder.File("new.jsonl"))
                .MustBeDone()
                .Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void No_hashes_where_they_are_not_wanted()
    {
        Train("run", "training_prompts=false").MustBeDone();
        Assert.False(File.Exists(Path.Combine(Model("run"), TrainingPrompts.FileName)));
        Assert.DoesNotContain(
            "trained on",
            ConcordCli.Run("evaluate", Model("run"), folder.File("a.jsonl")).MustBeDone().Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Held_out_files_stand_beside_the_split_and_none_of_their_prompts_is_trained_on()
    {
        Write("mixed.jsonl", "a", 50, 30); // ten of them are in a.jsonl too
        var result = Train("run", "split.held_out=0", "split.held_out_files=[{files: [mixed.jsonl], name: a}]")
            .MustBeDone();
        Assert.Contains("10 comparisons have a prompt of the held-out files", result.Error, StringComparison.Ordinal);
        Assert.Matches(@"a +50 +30 +80 messages", result.Error);
        Assert.Equal(30, new RunContents(folder.File("run")).Predictions().Count);
        Assert.Contains("held_out_files:", File.ReadAllText(folder.File("run/config.yaml")), StringComparison.Ordinal);
        // the same again, and over a file that has changed
        Assert.Contains(
            "holds this run already",
            Train("run", "split.held_out=0", "split.held_out_files=[{files: [mixed.jsonl], name: a}]").MustBeDone().Out,
            StringComparison.Ordinal
        );
        var named = Train("short", "split.held_out=0", "split.held_out_files=[mixed.jsonl]").MustBeDone();
        Assert.Contains("not trained on: mixed", named.Error, StringComparison.Ordinal);
        Train("both", "split.held_out_files=a.jsonl").MustFail(ExitCodes.Failed, "a.jsonl", "name it once");
        Train("none", "split.held_out_files=[no.jsonl]").MustFail(ExitCodes.Failed, "no.jsonl does not exist");
        Train("limited", "split.held_out_files=[{files: [mixed.jsonl], limit: 3}]")
            .MustFail(ExitCodes.Usage, "no key 'limit'");
    }

    [Fact]
    public void What_is_drawn_too_often_and_held_out_too_seldom_is_said_before_the_first_step()
    {
        Write("few.jsonl", "few", 0, 27);
        string[] settings =
        [
            "sources=[{files: [a.jsonl, few.jsonl]}]",
            "split.held_out=0.08",
            "training.batches.resample=1600",
            "training.maximum_steps=200",
        ];
        var dry = ConcordCli
            .Run(["train", Recipe, "--dry-run", $"output={folder.File("run")}", .. settings])
            .MustBeDone();
        Assert.Matches(@"warning: few: 1,600 drawn from 2\d: each seen \d\d times", dry.Out);
        Assert.Matches(@"warning: fewer than 20 prompts are held out of a \(\d", dry.Out);
        Assert.Contains("an epoch, 200 steps", dry.Out, StringComparison.Ordinal);
        Assert.Matches("time +about ", dry.Out);
        Assert.Matches("memory +about ", dry.Out);
        Assert.Matches("disk +about ", dry.Out);
        Assert.Contains("measured on", dry.Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("run")));
        Assert.Contains("rendering hh", dry.Error, StringComparison.Ordinal);

        settings[^1] = "training.maximum_steps=2";
        var run = Train("run", [.. settings, "training.temperatures.enabled=true", "training.epochs=3"]).MustBeDone();
        int plan = run.Error.IndexOf("2 steps of 16 comparisons", StringComparison.Ordinal),
            time = run.Error.IndexOf("for 2 steps, by the first", StringComparison.Ordinal),
            first = run.Error.IndexOf("training: 1 of 2", StringComparison.Ordinal);
        Assert.True(plan >= 0 && plan < time && time < first, run.Error);
        Assert.Contains("too few to say", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_cannot_be_opened_is_computed_and_that_is_said()
    {
        Train("run").MustBeDone();
        File.Delete(Path.Combine(Model("run"), "model.safetensors"));
        File.WriteAllText(
            Recipe,
            $$"""
            data: {{folder.Path}}
            sources: [{files: [new.jsonl]}]
            training: {maximum_steps: 3, batches: {per_source: 4} }
            """
        );
        var output = folder.File("dry.json");
        var dry = ConcordCli
            .Run("train", Recipe, "--dry-run", $"model={Model("run")}", $"output={folder.File("x")}", "--json", output)
            .MustBeDone();
        Assert.Contains("computed from the model's shape", dry.Out, StringComparison.Ordinal);
        Assert.Contains("cannot be opened", dry.Out, StringComparison.Ordinal);
        var json = JsonDocument.Parse(File.ReadAllText(output)).RootElement;
        Assert.False(json.GetProperty("measured").GetBoolean());
        Assert.Equal(3, json.GetProperty("steps").GetInt32());
        Assert.True(json.GetProperty("seconds").GetDouble() > 0);
        Assert.True(json.GetProperty("disk_bytes").GetInt64() > 0);
        Assert.Equal(12, json.GetProperty("sources").GetProperty("new").GetProperty("drawn").GetInt64());
    }
}
