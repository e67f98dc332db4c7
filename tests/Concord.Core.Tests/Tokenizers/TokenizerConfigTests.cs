using Concord.Tokenization;
using Xunit;

namespace Concord.Tests.Tokenizers;

public class TokenizerConfigTests
{
    [Theory]
    [InlineData("gpt-neox", 0, 0, 1, 50277)]
    [InlineData("gpt2", 50256, 50256, null, 50257)]
    [InlineData("llama3", 128000, 128009, null, 128256)]
    [InlineData("qwen3", null, 151645, 151643, 151669)]
    [InlineData("smollm2", 1, 2, 2, 49152)]
    [InlineData("mistral", 1, 2, null, 32000)]
    [InlineData("llama2-hf", 1, 2, null, 32000)]
    [InlineData("llama2", 1, 2, null, 32000)]
    public void Special_tokens_are_found(string family, int? bos, int? eos, int? pad, int size)
    {
        var tokenizer = GoldenTokenizers.Get(family);
        Assert.Equal(
            (bos, eos, pad, size),
            (tokenizer.BosId, tokenizer.EosId, tokenizer.PadId, tokenizer.VocabularySize)
        );
        if (bos is { } id)
            Assert.Equal(id, tokenizer.TokenToId(tokenizer.IdToToken(id)!));
        Assert.Null(tokenizer.IdToToken(size));
        Assert.Null(tokenizer.IdToToken(-1));
        Assert.Null(tokenizer.TokenToId("no such token"));
        Assert.Equal(family is "llama3" or "qwen3" or "smollm2", tokenizer.ChatTemplate is not null);
    }

    [Fact]
    public void Names_come_as_objects_and_from_the_map_and_templates_from_their_own_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(
            folder.File("tokenizer.json"),
            """{"model":{"vocab":{"a":0,"<b>":1,"<e>":2,"<p>":3},"merges":[]}}"""
        );
        File.WriteAllText(
            folder.File("tokenizer_config.json"),
            """{"bos_token":{"content":"<b>","lstrip":false},"chat_template":[{"name":"tool_use","template":"T"},{"name":"default","template":"D"}]}"""
        );
        File.WriteAllText(
            folder.File("special_tokens_map.json"),
            """{"bos_token":"<p>","eos_token":"<e>","pad_token":{"content":"<p>"}}"""
        );
        var tokenizer = Tokenizer.Load(folder.File("tokenizer.json"));
        Assert.Equal((1, 2, 3, null), (tokenizer.BosId, tokenizer.EosId, tokenizer.PadId, tokenizer.UnknownId));
        Assert.Equal("D", tokenizer.ChatTemplate);
        File.WriteAllText(folder.File("chat_template.jinja"), "J");
        Assert.Equal("J", Tokenizer.Load(folder.Path).ChatTemplate);
        File.WriteAllText(folder.File("tokenizer_config.json"), "{");
        Assert.Contains(
            "tokenizer_config.json",
            Assert.Throws<ConcordException>(() => Tokenizer.Load(folder.Path)).Message
        );
    }

    [Fact]
    public void A_damaged_SentencePiece_model_is_a_sentence()
    {
        var whole = File.ReadAllBytes(Shared.Path("golden", "tokenizers", "llama2", "tokenizer.model"));
        using var folder = new TemporaryFolder();
        foreach (
            var bytes in (byte[][])
                [
                    [],
                    [1, 2, 3],
                    whole[..^7],
                    whole[..1000],
                    [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
                ]
        )
        {
            File.WriteAllBytes(folder.File("tokenizer.model"), bytes);
            Assert.Contains(
                "tokenizer.model",
                Assert.Throws<ConcordException>(() => Tokenizer.Load(folder.Path)).Message
            );
        }
    }

    [Fact]
    public void A_lone_surrogate_counts_as_the_replacement_character()
    {
        var tokenizer = GoldenTokenizers.Get("gpt2");
        Assert.Equal(tokenizer.Encode("a\uFFFDb\U0001F600", false), tokenizer.Encode("a\uD800b\U0001F600", false));
    }
}
