using System.Text.Json;
using Xunit;

namespace Concord.Tests.Tokenizers;

/// <summary>
/// Ids, ids with special tokens and decoded text of every golden case, made by Hugging Face's and SentencePiece's own
/// libraries.
/// </summary>
public class GoldenTokenizerTests
{
    public static TheoryData<string> Families =>
        ["gpt-neox", "gpt2", "llama3", "qwen3", "smollm2", "mistral", "llama2-hf", "llama2"];

    private sealed record Case(string Text, int[] Ids, int[] IdsSpecial, string Decoded);

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_case_is_exact(string family)
    {
        var tokenizer = GoldenTokenizers.Get(family);
        var cases = Read(family);
        Assert.True(cases.Count > 600);
        Assert.All(
            cases,
            c =>
            {
                Assert.Equal(c.Ids, tokenizer.Encode(c.Text, addSpecialTokens: false));
                Assert.Equal(c.IdsSpecial, tokenizer.Encode(c.Text, addSpecialTokens: true));
                Assert.Equal(c.Decoded, tokenizer.Decode(c.Ids));
            }
        );
    }

    private static List<Case> Read(string family) =>
        [
            .. File.ReadLines(Shared.Path("golden", "tokenizers", family, "cases.jsonl"))
                .Select(line => JsonSerializer.Deserialize<Case>(line, SnakeCase)!),
        ];

    private static readonly JsonSerializerOptions SnakeCase = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };
}
