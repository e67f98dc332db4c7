using Concord.Modeling.Files;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Weights;

public class CheckpointReaderTests
{
    [Fact]
    public void Shards_read_as_the_one_file_they_were_cut_from()
    {
        using var scope = torch.NewDisposeScope();
        using var whole = CheckpointReader.Open(Shared.Path("golden/backbones/llama_gqa"));
        using var sharded = CheckpointReader.Open(Shared.Path("golden/backbones/llama_gqa_sharded"));
        Assert.Equal((1, 5), (whole.Files.Count, sharded.Files.Count));
        Assert.Equal(whole.Names, sharded.Names);
        foreach (var name in whole.Names)
        {
            Assert.Equal(whole.Shape(name), sharded.Shape(name));
            Assert.True(whole.Load(name).bytes.SequenceEqual(sharded.Load(name).bytes), name);
        }
        whole.Finish();
        sharded.Finish();
    }

    [Fact]
    public void Every_tensor_is_loaded_dropped_by_name_or_an_error()
    {
        using var scope = torch.NewDisposeScope();
        using var reader = CheckpointReader.Open(Shared.Path("golden/backbones/llama_gqa"));
        foreach (var name in reader.Names.Where(name => name is not ("lm_head.weight" or "model.norm.weight")))
            reader.Load(name);
        var error = Assert.Throws<ConcordException>(() => reader.Finish("*.rotary_emb.inv_freq"));
        Assert.Contains("2 tensors", error.Message, StringComparison.Ordinal);
        Assert.Contains("\"lm_head.weight\" [", error.Message, StringComparison.Ordinal);
        Assert.Contains("\"model.norm.weight\" [", error.Message, StringComparison.Ordinal);
        Assert.Contains(
            "1 tensor this",
            Assert.Throws<ConcordException>(() => reader.Finish("lm_head.weight")).Message,
            StringComparison.Ordinal
        );
        reader.Load("model.norm.weight", [32]);
        reader.Finish("lm_head.weight");
        reader.Finish("lm_*");
    }

    [Fact]
    public void A_tensor_of_another_shape_or_none_is_an_error_that_names_it()
    {
        using var reader = CheckpointReader.Open(Shared.Path("golden/backbones/llama_gqa"));
        var error = Assert.Throws<ConcordException>(() => reader.Load("model.norm.weight", [33]));
        Assert.Contains("\"model.norm.weight\" has shape [32]; expected [33]", error.Message, StringComparison.Ordinal);
        Assert.Contains(
            "no tensor \"score.weight\"",
            Assert.Throws<ConcordException>(() => reader.Load("score.weight")).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("model-00005-of-00005.safetensors\"", "../x\"", "expected the plain name")]
    [InlineData(
        "model-00005-of-00005.safetensors\"",
        "absent.safetensors\"",
        "names absent.safetensors, which is not in"
    )]
    [InlineData("\"model.norm.weight\"", "\"model.other.weight\"", "holds tensor \"model.norm.weight\", which")]
    [InlineData("\"weight_map\"", "\"weights\"", "has no weight_map")]
    [InlineData("{\n", "{\"weight_map\": {\"score.weight\": \"model-00005-of-00005.safetensors\"}}", "not valid JSON")]
    [InlineData("\"lm_head.weight\": \"model-00001-of-00005", "\"lm_head.weight\": \"model-00002-of-00005", "places")]
    [InlineData(
        "\"lm_head.weight\": \"",
        "\"score.weight\": \"model-00001-of-00005.safetensors\", \"lm_head.weight\": \"",
        "has no tensor \"score.weight\""
    )]
    public void An_index_that_disagrees_with_its_shards_is_refused(string old, string changed, string expected)
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(Shared.Path("golden/backbones/llama_gqa_sharded")))
            File.Copy(file, folder.File(Path.GetFileName(file)));
        var index = folder.File("model.safetensors.index.json");
        var text = File.ReadAllText(index);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.Delete(index);
        File.WriteAllText(index, text.Replace(old, changed, StringComparison.Ordinal));
        Assert.Contains(
            expected,
            Assert.Throws<ConcordException>(() => CheckpointReader.Open(folder.Path)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_folder_without_safetensors_says_what_it_holds()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("neither", Open().Message, StringComparison.Ordinal);
        File.WriteAllText(folder.File("pytorch_model.bin"), "");
        Assert.Contains("pytorch_model.bin, which is not read", Open().Message, StringComparison.Ordinal);
        File.WriteAllText(folder.File("model.gguf"), "");
        Assert.Contains("concord model import", Open().Message, StringComparison.Ordinal);

        ConcordException Open() => Assert.Throws<ConcordException>(() => CheckpointReader.Open(folder.Path));
    }
}
