using System.Text.Json;
using Concord.Cli;
using Concord.Modeling.Backbones;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using Concord.Tests.Backbones;
using Concord.Tests.Modeling;
using Concord.Tests.Weights;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Cli;

public class ModelCommandTests
{
    private static readonly string[] Tiny =
    [
        "model_type=llama",
        "hidden_size=32",
        "num_hidden_layers=2",
        "num_attention_heads=4",
        "num_key_value_heads=2",
        "intermediate_size=64",
        "vocab_size=100",
        "pad_token_id=0",
    ];

    [Fact]
    public void A_checkpoint_is_made_from_keys_and_described()
    {
        using var folder = new TemporaryFolder();
        var made = ConcordCli
            .Run([
                "model",
                "init",
                "--config",
                .. Tiny,
                "-o",
                folder.File("m"),
                "--seed",
                "7",
                "--dtype",
                "bf16",
                "--shard-size",
                "20KB",
            ])
            .MustBeDone();
        Assert.Contains("24,992 random weights as bfloat16", made.Out);
        var described = ConcordCli.Run("model", "info", folder.File("m"), "--json").MustBeDone();
        using var json = JsonDocument.Parse(described.Out);
        var root = json.RootElement;
        Assert.Equal(24_992, root.GetProperty("parameters").GetProperty("total").GetInt64());
        Assert.Equal(
            ("llama", "bfloat16", false),
            (
                root.GetProperty("model_type").GetString(),
                root.GetProperty("dtype").GetString(),
                root.GetProperty("has_reward_head").GetBoolean()
            )
        );
        Assert.Equal(2, root.GetProperty("shape").GetProperty("num_key_value_heads").GetInt32());
        Assert.True(root.GetProperty("files").EnumerateObject().Count() > 1);
        Assert.Contains(
            "parameters   24,992: backbone 21,792, output projection 3,200, reward head 0",
            described.Error
        );
        Assert.Contains(
            "train full",
            ConcordCli.Run("model", "info", folder.File("m"), "--tokens", "100").MustBeDone().Out
        );
    }

    [Fact]
    public void Presets_files_and_keys_on_top_are_taken_and_mistakes_named()
    {
        using var folder = new TemporaryFolder();
        ConcordCli
            .Run(
                "model",
                "init",
                "--config",
                "pythia-14m",
                "vocab_size=64",
                "num_hidden_layers=1",
                "-o",
                folder.File("p")
            )
            .MustBeDone();
        Assert.Equal(
            (64, 1, 128),
            (
                BackboneConfig.Read(folder.File("p")).VocabularySize,
                BackboneConfig.Read(folder.File("p")).Layers,
                BackboneConfig.Read(folder.File("p")).HiddenSize
            )
        );
        ConcordCli
            .Run("model", "init", "--config", folder.File("p"), "dtype=float16", "-o", folder.File("q"))
            .MustBeDone();
        Assert.Equal(torch.float16, BackboneConfig.Read(folder.File("q")).Dtype);
        ConcordCli
            .Run("model", "init", "--config", "pythia-70", "-o", folder.File("r"))
            .MustFail(ExitCodes.Usage, "Did you mean pythia-70m?");
        ConcordCli
            .Run("model", "init", "--config", "hiden_size=3", "-o", folder.File("r"))
            .MustFail(ExitCodes.Usage, "Did you mean hidden_size?");
        ConcordCli
            .Run("model", "init", "--config", "pythia-14m", "--dtype", "int8", "-o", folder.File("r"))
            .MustFail(ExitCodes.Usage, "fp32, bf16 or fp16");
        ConcordCli
            .Run("model", "init", "--config", "pythia-14m", "--shard-size", "0", "-o", folder.File("r"))
            .MustFail(ExitCodes.Usage, "a size above 0");
        ConcordCli
            .Run("model", "init", "--config", "pythia-14m", "num_attention_heads=3", "-o", folder.File("r"))
            .MustFail(ExitCodes.Failed, "a multiple of num_attention_heads, 3");
        Assert.False(Directory.Exists(folder.File("r")));
    }

    [Theory]
    [InlineData("model-00001-of-00002.safetensors")]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("concord.json")]
    [InlineData("letter.txt")]
    public void Nothing_that_lies_in_a_folder_is_written_over(string name)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File(name), "mine");
        ConcordCli
            .Run("model", "init", "--config", "pythia-14m", "-o", folder.Path)
            .MustFail(ExitCodes.Failed, $"is there already and holds {name}");
        Assert.Equal([name], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
        Assert.Equal("mine", File.ReadAllText(folder.File(name)));
    }

    [Fact]
    public void An_import_says_what_it_wrote_copied_and_missed()
    {
        using var folder = new TemporaryFolder();
        var source = folder.File("small.gguf");
        File.WriteAllBytes(source, GgufImportTests.Small(null).ToArray());
        var lonely = ConcordCli.Run("model", "import", source, "-o", folder.File("a")).MustBeDone();
        Assert.Contains("as float32 in model.safetensors", lonely.Out);
        Assert.Contains("missing: tokenizer files", lonely.Out);
        Assert.Contains("missing: a chat template", lonely.Out);
        var complete = ConcordCli
            .Run(
                "model",
                "import",
                source,
                "-o",
                folder.File("b"),
                "--dtype",
                "fp16",
                "--tokenizer",
                Shared.Path("models/smollm2-135m-instruct")
            )
            .MustBeDone();
        Assert.Contains("copied: tokenizer.json", complete.Out);
        Assert.DoesNotContain("missing", complete.Out);
        File.WriteAllBytes(source, new GgufBytes().Key("general.architecture", "gemma2").ToArray());
        ConcordCli
            .Run("model", "import", source, "-o", folder.File("c"))
            .MustFail(ExitCodes.Failed, source, "architecture is \"gemma2\"");
        ConcordCli
            .Run("model", "import", folder.File("absent.gguf"), "-o", folder.File("c"))
            .MustFail(ExitCodes.Failed, "absent.gguf");
        Assert.False(Directory.Exists(folder.File("c")));
    }

    [Fact]
    public void An_interrupted_import_leaves_no_half_written_file()
    {
        using var folder = new TemporaryFolder();
        var source = folder.File("small.gguf");
        File.WriteAllBytes(source, GgufImportTests.Small(null).ToArray());
        var stopped = ConcordCli.Run(
            new CancellationToken(canceled: true),
            "model",
            "import",
            source,
            "-o",
            folder.File("a")
        );
        Assert.Equal(ExitCodes.Interrupted, stopped.Code);
        Assert.Equal([source], Directory.GetFileSystemEntries(folder.Path));
        // and what a killed one leaves goes with the next
        KilledWriter.Leave(folder.File("a"));
        ConcordCli.Run("model", "import", source, "-o", folder.File("a")).MustBeDone();
        Assert.Equal([folder.File("a")], Directory.GetDirectories(folder.Path));
    }

    [Fact]
    public void A_random_checkpoint_is_made_from_a_preset_of_phi_3_and_described()
    {
        using var folder = new TemporaryFolder();
        ConcordCli
            .Run(
                "model",
                "init",
                "--config",
                "phi-3-mini-4k",
                "hidden_size=64",
                "num_hidden_layers=2",
                "num_attention_heads=4",
                "num_key_value_heads=4",
                "intermediate_size=96",
                "vocab_size=120",
                "pad_token_id=0",
                "partial_rotary_factor=0.5",
                "-o",
                folder.File("m")
            )
            .MustBeDone();
        var described = ConcordCli.Run("model", "info", folder.File("m")).MustBeDone().Out;
        Assert.Contains("Phi3 (phi3)", described, StringComparison.Ordinal);
        Assert.Contains("sliding window 2,047", described, StringComparison.Ordinal);
        Assert.Contains("on 8 of 16 dimensions", described, StringComparison.Ordinal);
        using var model = RewardModel.Load(folder.File("m"), new RewardModelOptions { HeadSeed = 1 });
        RandomHead.Set(model, 1);
        using var batch = PackedBatch.Create([Batches.Of("s", [2, 1, 0], Phi3Tests.Rows)]);
        using var output = model.Forward(batch);
        Assert.All(output.Rewards, reward => Assert.True(double.IsFinite(reward)));
    }
}
