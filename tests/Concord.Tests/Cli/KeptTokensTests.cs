using System.Text;
using Concord.Cli;
using Concord.Cli.Terminals;
using Concord.Preferences.Simulation;
using Concord.Runs.Data;
using Concord.Runs.Recipes;
using Xunit;

namespace Concord.Tests.Cli;

/// <summary>Token ids and hidden states that are kept change nothing but time.</summary>
public sealed class KeptTokensTests : IDisposable
{
    private const string Text = """
        sources:
        - {files: [a.jsonl], limit: 60}
        - {files: [b.jsonl], name: renamed, share: 0.5}
        split: {held_out: 0.2}
        text: {maximum_length: 40}
        training:
          mode: last_layers
          last_layers: 1
          epochs: 2
          batches: {per_source: 8, micro_batch: 5}
          weighting: more
          temperatures: {enabled: true}
          evaluate_every: 6
          checkpoint_every: 1
        """;

    private static readonly string[] Result =
    [
        "model/model.safetensors",
        "model/concord.json",
        "scores.jsonl",
        "evaluation.json",
        "config.yaml",
        "unread.jsonl",
    ];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    public KeptTokensTests()
    {
        File.WriteAllText(Place("recipe.yaml"), Text);
        SimulatedSource[] sources =
        [
            new()
            {
                Name = "a",
                Size = 90,
                Noise = .3,
            },
            new()
            {
                Name = "b",
                Size = 60,
                Noise = 1,
            },
        ];
        SimulatedFiles.Write(SimulatedPopulation.Create(new SimulationSettings { Sources = sources }), Place("data"));
        File.AppendAllText(Place("data", "train", "a.jsonl"), "{\"prompt\": 3}\n");
        string[] shape =
        [
            "model_type=llama",
            "hidden_size=16",
            "num_hidden_layers=2",
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
    }

    private string Place(params string[] parts) => Path.Combine([folder.FullName, .. parts]);

    private string[] Command(string output, params string[] more) =>
        [
            "train",
            Place("recipe.yaml"),
            $"data={Place("data", "train")}",
            $"model={Place("model")}",
            $"output={Place(output)}",
            .. more,
        ];

    private string[] Metrics(string output) =>
        [.. File.ReadLines(Place(output, "metrics.jsonl")).Select(line => line.Split(",\"seconds\"")[0])];

    private void SameResult(string one, string other)
    {
        foreach (var file in Result)
            Assert.Equal(File.ReadAllBytes(Place(one, file)), File.ReadAllBytes(Place(other, file)));
        string Newest(string output) =>
            Directory.GetDirectories(Place(output, "checkpoints")).Order(StringComparer.Ordinal).Last();
        foreach (var file in Directory.GetFiles(Newest(one)))
            Assert.Equal(
                File.ReadAllBytes(file),
                File.ReadAllBytes(Path.Combine(Newest(other), Path.GetFileName(file)))
            );
        Assert.Equal(Metrics(one), Metrics(other));
    }

    [Fact]
    public void A_run_from_kept_tokens_says_and_does_the_same_as_one_without()
    {
        // a folder that cannot be: the run says so and goes on
        File.WriteAllText(Place("taken"), "");
        var without = ConcordCli.Run(Command("without", $"cache={Place("taken")}")).MustBeDone();
        Assert.Contains("The token ids are not kept", without.Error);
        Assert.Contains("hidden states cannot be kept there", without.Error);
        var first = ConcordCli.Run(Command("first", $"cache={Place("cache")}")).MustBeDone();
        Assert.Single(Directory.GetFiles(Place("cache", "tokens")));
        Assert.Single(Directory.GetFiles(Place("cache", "states")));
        Assert.False(Directory.Exists(Place("first", "tokens")));
        var second = ConcordCli.Run(Command("second", $"cache={Place("cache")}")).MustBeDone();
        SameResult("without", "first");
        SameResult("without", "second");
        Assert.DoesNotContain("token ids of an earlier run", first.Error);
        Assert.Contains("token ids of an earlier run", second.Error);
        foreach (
            var said in new[]
            {
                "1 records could not be read",
                "truncation shared-left at 40 tokens: of 110",
                "renamed",
            }
        )
        {
            var line = first.Error.Split('\n').First(line => line.Contains(said, StringComparison.Ordinal));
            Assert.Contains(line, second.Error.Split('\n'));
        }

        // without a shared folder they lie in the run's own
        ConcordCli.Run(Command("own")).MustBeDone();
        Assert.Single(Directory.GetFiles(Place("own", "tokens")));
        // as if killed before it said that it has ended: a finished run opens no data
        File.Delete(Place("own", "run.json"));
        Assert.Contains("token ids of an earlier run", ConcordCli.Run(Command("own")).MustBeDone().Error);
        SameResult("without", "own");
    }

    [Fact]
    public void A_damaged_file_is_noticed_and_made_again()
    {
        ConcordCli.Run(Command("whole", $"cache={Place("cache")}")).MustBeDone();
        var file = Assert.Single(Directory.GetFiles(Place("cache", "tokens")));
        var bytes = File.ReadAllBytes(file);
        var cases = new (string Name, byte[] Bytes, string Said)[]
        {
            ("cut", bytes[..^9], "is cut off: the texts are read and tokenized again"),
            (
                "index",
                [.. bytes[..^9], (byte)(bytes[^9] ^ 1), .. bytes[^8..]],
                "is damaged: the texts are read and tokenized again"
            ),
            (
                "ids",
                [.. bytes[..200], (byte)(bytes[200] ^ 1), .. bytes[201..]],
                "is damaged: the texts are read and tokenized again"
            ),
        };
        foreach (var (name, damaged, said) in cases)
        {
            File.WriteAllBytes(file, damaged);
            Assert.Contains(said, ConcordCli.Run(Command(name, $"cache={Place("cache")}")).MustBeDone().Error);
            SameResult("whole", name);
            Assert.Equal(bytes, File.ReadAllBytes(file));
        }
    }

    [Fact]
    public void A_run_goes_on_to_the_same_bits_when_the_cache_was_deleted_meanwhile()
    {
        ConcordCli.Run(Command("whole", $"cache={Place("other")}")).MustBeDone();
        foreach (var after in new[] { 5, 17 })
        {
            var name = $"parts{after}";
            using var cancellation = new CancellationTokenSource();
            using var error = new Watcher($"training: {after} of 23", cancellation);
            using var output = new StringWriter();
            Assert.Equal(
                ExitCodes.Interrupted,
                ConcordApplication.Run(
                    Command(name, $"cache={Place(name, "cache")}"),
                    new Terminal(output, error),
                    cancellation.Token
                )
            );
            Assert.NotEmpty(Directory.GetFiles(Place(name, "cache", "states")));
            Directory.Delete(Place(name, "cache"), recursive: true);
            Assert.Contains(
                $"goes on from step {after} of 23",
                ConcordCli.Run(Command(name, $"cache={Place(name, "cache")}")).MustBeDone().Error
            );
            SameResult("whole", name);
        }
    }

    [Fact]
    public void The_key_changes_with_whatever_decides_the_ids_and_with_nothing_else()
    {
        UInt128 Key(params string[] more) =>
            RunTokensKey.Of(
                RecipeFile.Read(
                    Place("recipe.yaml"),
                    [.. Command("x").Skip(2).ExceptBy(more.Select(Setting), Setting), .. more]
                )
            );
        static string Setting(string assignment) => assignment.Split('=')[0];
        var keys = new List<UInt128> { Key() };
        Assert.Equal(keys[0], Key("seed=5", "training.epochs=9", "cache=elsewhere", "training.weighting=multitask"));
        Directory.CreateDirectory(Place("moved"));
        foreach (var file in Directory.GetFiles(Place("model")))
            File.Copy(file, Place("moved", Path.GetFileName(file)));
        Assert.Equal(keys[0], Key($"model={Place("moved")}"));

        string[] settings =
        [
            "text.maximum_length=39",
            "text.truncation=left",
            "text.rendering=hh",
            "split.seed=2",
            "split.held_out=0.3",
            "split.limit=5",
            "model.pooling=eos",
            "only=[a]",
        ];
        foreach (var one in settings)
            keys.Add(Key(one));
        // of the same length and time: contents count
        foreach (
            var file in new[]
            {
                Place("data", "train", "b.jsonl"),
                Place("model", "tokenizer.json"),
                Place("model", "config.json"),
            }
        )
        {
            var (bytes, time) = (File.ReadAllBytes(file), File.GetLastWriteTimeUtc(file));
            File.WriteAllBytes(file, [.. bytes[..^3], (byte)(bytes[^3] ^ 1), .. bytes[^2..]]);
            File.SetLastWriteTimeUtc(file, time);
            keys.Add(Key());
            File.WriteAllBytes(file, bytes);
        }
        File.WriteAllText(Place("model", "chat_template.jinja"), "{{ messages }}");
        keys.Add(Key());
        File.Delete(Place("model", "chat_template.jinja"));
        File.WriteAllText(Place("recipe.yaml"), Text.Replace("name: renamed", "name: other", StringComparison.Ordinal));
        keys.Add(Key());
        Assert.Equal(keys.Count, keys.Distinct().Count());
        File.WriteAllText(Place("recipe.yaml"), Text);
        Assert.Equal(keys[0], Key());
    }

    public void Dispose() => folder.Delete(recursive: true);

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
