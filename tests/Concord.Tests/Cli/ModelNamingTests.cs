using System.Text.Json;
using Xunit;

namespace Concord.Tests.Cli;

/// <summary>What may be named where a model's folder is asked for, and what is said of it.</summary>
public class ModelNamingTests
{
    [Fact]
    public void A_runs_folder_stands_for_the_model_in_it_wherever_a_model_is_asked_for()
    {
        using var folder = new TemporaryFolder();
        Copy(Shared.Path("cases", "lora-alpha-pattern-ignored", "base"), folder.File("run/model"));
        File.WriteAllText(folder.File("run/config.yaml"), "seed: 1\n");
        var ids = Shared.Path("cases", "lora-alpha-pattern-ignored", "ids.jsonl");
        ConcordCli.Run("score", folder.File("run"), ids, "-o", folder.File("a.jsonl")).MustBeDone();
        ConcordCli.Run("score", folder.File("run/model"), ids, "-o", folder.File("b.jsonl")).MustBeDone();
        Assert.Equal(File.ReadAllText(folder.File("b.jsonl")), File.ReadAllText(folder.File("a.jsonl")));
        Assert.Contains(
            "run/model",
            ConcordCli.Run("model", "info", folder.File("run")).MustBeDone().Out,
            StringComparison.Ordinal
        );
        File.WriteAllText(folder.File("texts.jsonl"), "{\"text\": \"abc\"}\n");
        Assert.Single(ConcordCli.Run("tokenize", folder.File("run"), folder.File("texts.jsonl")).MustBeDone().Lines);

        Directory.Delete(folder.File("run/model"), recursive: true);
        ConcordCli.Run("model", "info", folder.File("run")).MustFail(1, "no model yet", "run");
    }

    [Fact]
    public void Model_info_tells_an_adapter_and_its_base()
    {
        var result = ConcordCli
            .Run("model", "info", Shared.Path("cases", "lora-alpha-pattern-ignored", "adapter-alpha"), "--json")
            .MustBeDone();
        using var json = JsonDocument.Parse(result.Out);
        var adapter = json.RootElement.GetProperty("adapter");
        Assert.Equal(4, adapter.GetProperty("rank").GetInt32());
        Assert.Equal("../base", adapter.GetProperty("base_model").GetString());
        Assert.Contains("score.weight", json.RootElement.GetProperty("reward_head").GetString());
        Assert.Contains(
            "rank 4",
            ConcordCli.Run("model", "info", Shared.Path("cases", "lora-alpha-pattern-ignored", "adapter-alpha")).Out
        );
    }

    [Fact]
    public void Training_says_where_the_head_was_found_or_that_it_is_new()
    {
        using var folder = new TemporaryFolder();
        var source = Shared.Path("cases", "value-head-file-thrown-away");
        Copy(Path.Combine(source, "model"), folder.File("model"));
        Copy(source, folder.Path);
        var found = ConcordCli
            .Run(
                "train",
                folder.File("recipe.yaml"),
                $"data={folder.Path}",
                $"model={folder.File("model")}",
                $"output={folder.File("run")}"
            )
            .MustBeDone();
        Assert.Contains("value_head.safetensors", found.Out + found.Error, StringComparison.Ordinal);
        File.Delete(folder.File("model/value_head.safetensors"));
        var fresh = ConcordCli
            .Run(
                "train",
                folder.File("recipe.yaml"),
                $"data={folder.Path}",
                $"model={folder.File("model")}",
                $"output={folder.File("new")}"
            )
            .MustBeDone();
        Assert.Contains("made new", fresh.Out + fresh.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model", "score")]
    [InlineData("train.parquet", "data")]
    [InlineData("model.gguf", "import")]
    public void A_git_lfs_pointer_is_told_by_every_command(string name, string command)
    {
        using var folder = new TemporaryFolder();
        var file = Shared.Path("cases", "git-lfs-pointer-as-weights", name);
        var result = command switch
        {
            "score" => ConcordCli.Run(
                "score",
                file,
                Shared.Path("cases", "git-lfs-pointer-as-weights", "p.jsonl"),
                "-o",
                folder.File("o")
            ),
            "data" => ConcordCli.Run("data", file),
            _ => ConcordCli.Run("model", "import", file, "-o", folder.File("m")),
        };
        result.MustFail(1, "git lfs pull");
    }

    [Fact]
    public void A_folder_of_the_datasets_library_and_an_arrow_stream_say_how_to_save_them()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("dataset_info.json"), "{}");
        byte[] stream = [0xFF, 0xFF, 0xFF, 0xFF, 0x78, 1, 0, 0, 16, 0, 0, 0];
        File.WriteAllBytes(folder.File("data-00000-of-00001.arrow"), stream);
        ConcordCli.Run("data", folder.Path).MustFail(1, "to_parquet");
        ConcordCli.Run("data", folder.File("data-00000-of-00001.arrow")).MustFail(1, "Arrow", "to_parquet");
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
            File.WriteAllBytes(Path.Combine(to, Path.GetFileName(file)), File.ReadAllBytes(file));
    }
}
