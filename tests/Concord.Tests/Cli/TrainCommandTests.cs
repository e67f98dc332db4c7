using System.Text;
using System.Text.Json;
using Concord.Cli;
using Concord.Cli.Terminals;
using Concord.Modeling.Rewards;
using Concord.Preferences.Readers;
using Concord.Preferences.Simulation;
using Concord.Records;
using Concord.Runs.Scoring;
using Xunit;

namespace Concord.Tests.Cli;

public sealed class TrainCommandTests : IDisposable
{
    private const string Tiny = """
        simulation:
          held_out: 20
          sources:
            - {name: careful, size: 64, drift: 0.2, noise: 0.25}
            - {name: noisy, size: 96, drift: 1, noise: 2}
        model:
          init: {hidden_size: 16, layers: 1, heads: 2, intermediate_size: 32}
        training:
          epochs: 1
          learning_rate: 0.005
          head_learning_rate: 0.005
          batches: {per_source: 8}
          weighting: more
          temperatures: {enabled: true}
          checkpoint_every: 1
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    private string Recipe => Place("recipe.yaml");

    public TrainCommandTests() => File.WriteAllText(Recipe, Tiny);

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void A_recipe_trains_evaluates_and_leaves_a_model_that_scores_as_it_was_evaluated()
    {
        var result = ConcordCli.Run("train", Recipe, $"output={Place("run")}", "--json").MustBeDone();
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal("finished", json.RootElement.GetProperty("outcome").GetString());
        Assert.Equal(11, json.RootElement.GetProperty("steps").GetInt32());
        Assert.InRange(
            json.RootElement.GetProperty("evaluation")
                .GetProperty("pooled")
                .GetProperty("accuracy_ties_half")
                .GetDouble(),
            0,
            1
        );
        string[] left =
        [
            "config.yaml",
            "metrics.jsonl",
            "evaluation.json",
            "scores.jsonl",
            "model/model.safetensors",
            "model/tokenizer.json",
            "model/concord.json",
        ];
        foreach (var name in left)
            Assert.True(File.Exists(Place("run", name)), name);
        Assert.Equal(
            11,
            File.ReadLines(Place("run", "metrics.jsonl"))
                .Count(line =>
                    line.StartsWith("{\"version\":1,\"step\":", StringComparison.Ordinal)
                    && line.Contains("\"weights\"", StringComparison.Ordinal)
                )
        );
        var settings = ConcordModelSettings.Read(Place("run", "model"))!;
        Assert.Equal(["careful", "noisy"], settings.Sources.Select(source => source.Name));
        Assert.NotEqual(1, settings.Sources[0].Temperature);

        SimulatedFiles.Write(
            SimulatedPopulation.Create(
                new SimulationSettings
                {
                    HeldOut = 20,
                    Sources =
                    [
                        new()
                        {
                            Name = "careful",
                            Size = 64,
                            Drift = .2,
                            Noise = .25,
                        },
                        new()
                        {
                            Name = "noisy",
                            Size = 96,
                            Drift = 1,
                            Noise = 2,
                        },
                    ],
                }
            ),
            Place("data")
        );
        using var model = RewardModel.Load(Place("run", "model"));
        var encoding = new ModelEncoding(model);
        var comparisons = PreferenceFile.Read(Place("data", "held_out", "careful.jsonl")).Comparisons;
        var rewards = new RewardScorer(model).Score(comparisons.Select(one => encoding.Encode(one)!)).ToArray();
        var scored = File.ReadLines(Place("run", "scores.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.GetProperty("source").GetString() == "careful")
            .ToArray();
        Assert.Equal(20, scored.Length);
        for (var i = 0; i < 20; i++)
        {
            // the file has the preferred response first, the run the order in which they were drawn
            var expected = scored[i]
                .GetProperty("rewards")
                .EnumerateArray()
                .Select(reward => reward.GetDouble())
                .ToArray();
            if (scored[i].GetProperty("scores")[0].GetDouble() < scored[i].GetProperty("scores")[1].GetDouble())
                Array.Reverse(expected);
            Assert.Equal(expected[0], rewards[i][0], 5);
            Assert.Equal(expected[1], rewards[i][1], 5);
        }
    }

    [Fact]
    public void A_finished_run_whose_settings_are_spelled_as_they_once_were_still_opens()
    {
        ConcordCli.Run("train", Recipe, $"output={Place("run")}", "training.maximum_steps=1").MustBeDone();
        var config = File.ReadAllText(Place("run", "config.yaml"));
        const string Now = "    more:\n      alpha: 0.99\n";
        Assert.Contains(Now, config);
        config = config.Replace(Now, "    scheme: more\n    weights: {}\n    alpha: 0.99\n", StringComparison.Ordinal);
        foreach (var key in new[] { "momentum_start", "normalization", "solver", "scope", "accumulation" })
            config = config.Replace($"      {key}:", $"    {key}:", StringComparison.Ordinal);
        File.WriteAllText(Place("run", "config.yaml"), config);
        Assert.Contains(
            "nothing was done",
            ConcordCli.Run("train", Recipe, $"output={Place("run")}", "training.maximum_steps=1").MustBeDone().Out
        );
        ConcordCli
            .Run("train", Recipe, $"output={Place("run")}", "training.maximum_steps=1", "training.weighting.alpha=.9")
            .MustFail(ExitCodes.Failed, "holds a run with other settings");
    }

    [Fact]
    public void A_run_that_is_stopped_before_its_first_checkpoint_claims_none()
    {
        using var cancellation = new CancellationTokenSource();
        using var error = new Watcher("validation:", cancellation);
        using var output = new StringWriter();
        ConcordApplication.Run(
            ["train", Recipe, $"output={Place("early")}"],
            new Terminal(output, error),
            cancellation.Token
        );
        Assert.Contains("before the first checkpoint. The same command begins again", output.ToString());
        Assert.DoesNotContain("a checkpoint is in", output.ToString());
        Assert.DoesNotContain("after a checkpoint", error.ToString());
    }

    [Fact]
    public void What_to_do_next_can_be_pasted_into_a_shell()
    {
        var run = ConcordCli.Run("train", Recipe, $"output={Place("my run")}", "training.maximum_steps=1").MustBeDone();
        Assert.Contains($"concord evaluate '{Place("my run", "model")}' FILE...", run.Out);
        Assert.Contains($"concord score '{Place("my run", "model")}' FILE -o OUT.jsonl", run.Out);
    }

    [Fact]
    public void An_interrupted_run_goes_on_to_the_same_bytes_and_a_finished_one_does_nothing()
    {
        ConcordCli.Run("train", Recipe, $"output={Place("whole")}").MustBeDone();
        using var cancellation = new CancellationTokenSource();
        using var error = new Watcher("training: 5 of 11", cancellation);
        using var output = new StringWriter();
        Assert.Equal(
            ExitCodes.Interrupted,
            ConcordApplication.Run(
                ["train", Recipe, $"output={Place("parts")}"],
                new Terminal(output, error),
                cancellation.Token
            )
        );
        Assert.Contains("Interrupted after step 5 of 11", output.ToString());
        Assert.Contains($"concord train {Recipe} output={Place("parts")}", output.ToString());
        Assert.False(Directory.Exists(Place("parts", "model")));

        var resumed = ConcordCli.Run("train", Recipe, $"output={Place("parts")}").MustBeDone();
        Assert.Contains("goes on from step 5 of 11", resumed.Error);
        foreach (
            var name in new[]
            {
                "model/model.safetensors",
                "model/concord.json",
                "scores.jsonl",
                "evaluation.json",
                "config.yaml",
            }
        )
            Assert.Equal(File.ReadAllBytes(Place("whole", name)), File.ReadAllBytes(Place("parts", name)));

        var again = ConcordCli.Run("train", Recipe, $"output={Place("parts")}").MustBeDone();
        Assert.Contains("finished after step 11 of 11: nothing was done", again.Out);
        Assert.Equal("", again.Error); // neither data nor model were opened
        ConcordCli
            .Run("train", Recipe, "seed=2", $"output={Place("parts")}")
            .MustFail(ExitCodes.Failed, "other settings", "seed: 1", "seed: 2");
    }

    [Fact]
    public void Files_are_split_by_prompt_limited_and_what_cannot_be_read_is_listed()
    {
        SimulatedSource[] sources =
        [
            new()
            {
                Name = "a",
                Size = 200,
                Noise = .3,
            },
            new()
            {
                Name = "b",
                Size = 100,
                Noise = 1,
            },
        ];
        var population = SimulatedPopulation.Create(new SimulationSettings { Sources = sources });
        SimulatedFiles.Write(population, Place("data"));
        File.AppendAllText(Place("data", "train", "a.jsonl"), "{\"prompt\": 3}\n");
        string[] shape =
        [
            "model_type=llama",
            "hidden_size=16",
            "num_hidden_layers=1",
            "num_attention_heads=2",
            "intermediate_size=32",
            "max_position_embeddings=256",
        ];
        ConcordCli
            .Run([
                "model",
                "init",
                "--config",
                .. shape,
                $"vocab_size={SimulatedTokenizer.VocabularySize}",
                "-o",
                Place("model"),
            ])
            .MustBeDone();
        SimulatedTokenizer.Write(Place("model"));
        File.WriteAllText(
            Recipe,
            """
            sources:
            - {files: [a.jsonl], limit: 50}
            - {files: [b.jsonl], name: renamed, share: 0.5}
            split: {held_out: 0.3}
            text: {maximum_length: 40}
            training: {maximum_steps: 2, batches: {per_source: 4}}
            """
        );
        string[] data = ["train", Recipe, $"data={Place("data", "train")}"],
            model = [$"model={Place("model")}"];
        var result = ConcordCli.Run([.. data, .. model, $"output={Place("run")}"]).MustBeDone();
        Assert.Contains("1 records could not be read", result.Error);
        Assert.Contains("truncation shared-left at 40 tokens", result.Error);
        Assert.Contains("\"line\":201", File.ReadAllText(Place("run", "unread.jsonl")));
        Assert.Contains("renamed", result.Out);
        var first = JsonDocument.Parse(File.ReadLines(Place("run", "metrics.jsonl")).First()).RootElement;
        Assert.Equal(["a", "renamed"], first.GetProperty("losses").EnumerateObject().Select(source => source.Name));

        Assert.DoesNotContain("the shares of", result.Error);
        var shuffled = ConcordCli
            .Run([
                .. data,
                .. model,
                $"output={Place("shuffled")}",
                "training.batches.composition=shuffled",
                "training.weighting=multitask",
                "training.loss.total=pooled",
            ])
            .MustBeDone();
        Assert.Contains("the shares of renamed only set", shuffled.Error);

        var other = $"output={Place("other")}";
        ConcordCli
            .Run([.. data, .. model, other, "only=[renamd]"])
            .MustFail(ExitCodes.Failed, "'renamd'", "Did you mean 'renamed'?");
        ConcordCli
            .Run([.. data[..2], $"data={Place("nowhere")}", .. model, other])
            .MustFail(ExitCodes.Failed, "does not exist", "data=DIR");
        ConcordCli.Run([.. data, other]).MustFail(ExitCodes.Failed, "model=DIR");
        ConcordCli
            .Run([.. data, .. model, other, "device=gpu"])
            .MustFail(ExitCodes.Failed, "expected cpu, cuda or cuda:N");
    }

    [Fact]
    public void Adapters_are_saved_apart_or_merged_and_score_the_same()
    {
        string[] lora = ["train", Recipe, "training.mode=lora", "training.lora.rank=2", "training.maximum_steps=3"];
        ConcordCli.Run([.. lora, $"output={Place("apart")}"]).MustBeDone();
        ConcordCli.Run([.. lora, "model.merged=true", $"output={Place("merged")}"]).MustBeDone();
        Assert.True(File.Exists(Place("apart", "model", "adapter_model.safetensors")));
        Assert.True(File.Exists(Place("merged", "model", "model.safetensors")));
        Assert.Equal(
            ["checkpoints", "initial", "model"],
            Directory
                .GetDirectories(Place("merged"))
                .Select(name => Path.GetFileName(name))
                .Order(StringComparer.Ordinal)
        );
        using RewardModel apart = RewardModel.Load(Place("apart", "model")),
            merged = RewardModel.Load(Place("merged", "model"));
        var before = ScoreKey.OfModel(apart, new ModelEncoding(apart), normalize: false);
        var population = SimulatedPopulation.Create(new SimulationSettings { HeldOut = 8 });
        foreach (var comparison in population.HeldOut("crowd").Select(one => one.Comparison))
        {
            var both = new[] { (apart, Place("apart", "model")), (merged, Place("merged", "model")) }
                .Select(one =>
                    new RewardScorer(one.Item1).Score([new ModelEncoding(one.Item1).Encode(comparison)!]).Single()
                )
                .ToArray();
            Assert.Equal(both[0][0], both[1][0], 5);
            Assert.Equal(both[0][1], both[1][1], 5);
        }
        // a base that changes makes other rewards: scoring does not go on with the old ones
        var weights = Path.Combine(apart.SourceFolder!, "model.safetensors");
        var bytes = File.ReadAllBytes(weights);
        bytes[^1] ^= 1;
        File.WriteAllBytes(weights, bytes);
        using var changed = RewardModel.Load(Place("apart", "model"));
        Assert.NotEqual(before, ScoreKey.OfModel(changed, new ModelEncoding(changed), normalize: false));
    }

    [Fact]
    public void Layers_of_a_model_with_adapters_are_trained_with_the_adapters_added()
    {
        string[] lora =
        [
            "train",
            Recipe,
            "training.mode=lora",
            "training.lora.rank=2",
            "training.maximum_steps=3",
            $"output={Place("lora")}",
        ];
        ConcordCli.Run(lora).MustBeDone();
        File.WriteAllText(
            Recipe,
            string.Join(
                '\n',
                Tiny.Split('\n')
                    .Where(line => !line.Contains("init:", StringComparison.Ordinal))
                    .Select(line =>
                        line.Replace("model:", $"model: {Place("lora", "model")}", StringComparison.Ordinal)
                    )
            )
        );
        var result = ConcordCli
            .Run("train", Recipe, "training.mode=head", "training.maximum_steps=0", $"output={Place("head")}")
            .MustBeDone();
        Assert.Contains("adapters are added to its weights", result.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(Place("head", "model", "model.safetensors")));
        // no step was taken: it scores as the adapters did
        string[] Rewards(string run) =>
            [
                .. File.ReadLines(Place(run, "scores.jsonl"))
                    .Select(line =>
                        JsonDocument.Parse(line).RootElement.GetProperty("rewards")[0].GetDouble().ToString("f4", null)
                    ),
            ];
        Assert.Equal(Rewards("lora"), Rewards("head"));
    }

    [Fact]
    public void Raw_evaluates_the_untrained_head()
    {
        ConcordCli.Run("train", Recipe, "training.maximum_steps=0", $"output={Place("raw")}").MustBeDone();
        Assert.True(File.Exists(Place("raw", "evaluation.json")));
        Assert.True(File.Exists(Place("raw", "model", "model.safetensors")));
    }

    private string Place(params string[] parts) => Path.Combine([folder.FullName, .. parts]);

    /// <summary>Interrupts, as Ctrl-C does, when a text is written.</summary>
    private sealed class Watcher(string text, CancellationTokenSource cancellation) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) { }

        public override void WriteLine(string? value)
        {
            if (value?.Contains(text, StringComparison.Ordinal) == true)
                cancellation.Cancel();
        }
    }
}
