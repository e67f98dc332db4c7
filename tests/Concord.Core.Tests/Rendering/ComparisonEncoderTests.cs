using Concord.Foundation;
using Concord.Preferences;
using Concord.Preferences.Readers;
using Concord.Tests.Tokenizers;
using Concord.Tokenization;
using Concord.Tokenization.Comparisons;
using Concord.Tokenization.Rendering;
using Xunit;

namespace Concord.Tests.Rendering;

public class ComparisonEncoderTests
{
    private static readonly RecordOrigin Origin = new("data.jsonl", 7);

    private static Comparison Dialogue(string question, params string[] answers) =>
        new()
        {
            Source = "s",
            PromptId = "p",
            Origin = Origin,
            Prompt = [new Message(Roles.User, question)],
            Responses = [.. answers.Select(Response.FromAssistant)],
            Scores = [.. answers.Select((_, i) => -(double)i)],
        };

    private static Comparison Texts(string prompt, params string[] texts) =>
        Dialogue("", texts) with
        {
            Form = ComparisonForm.Text,
            Prompt = [],
            PromptText = prompt,
            Responses = [.. texts.Select(Response.FromText)],
        };

    private static int[] Row(TokenizedComparison comparison, int row) =>
        [.. comparison.Prefix, .. comparison.Suffixes[row]];

    [Fact]
    public void Rows_are_tokenized_whole_and_share_their_longest_beginning()
    {
        var tokenizer = GoldenTokenizers.Get("gpt-neox");
        var encoded = new ComparisonEncoder(tokenizer, new RenderingOptions()).Encode(
            Dialogue("Why?", "Because it is.", "Because it was.")
        )!;
        Assert.Equal(tokenizer.Encode("\n\nHuman: Why?\n\nAssistant: Because it is.", true), Row(encoded, 0));
        Assert.Equal(tokenizer.Encode("\n\nHuman: Why?\n\nAssistant: Because it was.", true), Row(encoded, 1));
        Assert.NotEqual(encoded.Suffixes[0][0], encoded.Suffixes[1][0]);
        Assert.False(encoded.Truncated || encoded.ResponseCut);
        // Whole texts are not touched, whatever the rendering.
        var text = new ComparisonEncoder(tokenizer, new RenderingOptions { Rendering = DialogueRendering.Hh }).Encode(
            Texts("## Human:\nHi", "\n\n## Assistant:\nA", "")
        )!;
        Assert.Equal(tokenizer.Encode("## Human:\nHi\n\n## Assistant:\nA", true), Row(text, 0));
        Assert.Equal(tokenizer.Encode("## Human:\nHi", true), Row(text, 1));
    }

    [Fact]
    public void Never_a_second_BOS()
    {
        var llama3 = GoldenTokenizers.Get("llama3");
        var chat = new ComparisonEncoder(llama3, new RenderingOptions());
        Assert.Equal(DialogueRendering.Chat, chat.Rendering);
        Assert.Equal([128000, 128006], Row(chat.Encode(Dialogue("Hi", "A", "B"))!, 0)[..2]);
        Assert.Single(Row(chat.Encode(Dialogue("Hi", "A", "B"))!, 0), 128000);
        var hh = new ComparisonEncoder(llama3, new RenderingOptions { Rendering = DialogueRendering.Hh });
        Assert.Single(Row(hh.Encode(Dialogue("Hi", "A", "B"))!, 0), 128000);
        Assert.Single(Row(hh.Encode(Texts("<|begin_of_text|>Hi", "A", "B"))!, 0), 128000);

        using var folder = new TemporaryFolder();
        File.WriteAllBytes(
            folder.File("tokenizer.json"),
            File.ReadAllBytes(Shared.Path("golden", "tokenizers", "llama2-hf", "tokenizer.json"))
        );
        File.WriteAllBytes(
            folder.File("tokenizer_config.json"),
            File.ReadAllBytes(Shared.Path("golden", "tokenizers", "llama2-hf", "tokenizer_config.json"))
        );
        File.WriteAllText(folder.File("chat_template.jinja"), ChatTemplateTests.Llama2);
        var llama2 = Tokenizer.Load(folder.Path);
        var ids = Row(new ComparisonEncoder(llama2, new RenderingOptions()).Encode(Dialogue("Hi", "A", "B"))!, 0);
        Assert.Equal(llama2.Encode("<s>[INST] Hi [/INST] A </s>", addSpecialTokens: false), ids);
        Assert.Equal((1, 1, 2), (ids[0], ids.Count(id => id == 1), ids[^1]));
        // A SentencePiece model reads "<s>" as letters.
        File.Delete(folder.File("tokenizer.json"));
        File.WriteAllBytes(
            folder.File("tokenizer.model"),
            File.ReadAllBytes(Shared.Path("golden", "tokenizers", "llama2", "tokenizer.model"))
        );
        var letters = Tokenizer.Load(folder.Path);
        Assert.Contains(
            "tokenizer.json",
            Assert.Throws<ConcordException>(() => new ComparisonEncoder(letters, new RenderingOptions())).Message
        );
        Assert.Equal(
            1,
            Row(
                    new ComparisonEncoder(letters, new RenderingOptions { Rendering = DialogueRendering.Hh }).Encode(
                        Dialogue("Hi", "A", "B")
                    )!,
                    0
                )
                .Count(id => id == 1)
        );
    }

    [Fact]
    public void Special_tokens_of_messages_are_those_of_the_template()
    {
        var folder = Shared.Path("cases", "bos-added-to-chat-template");
        var tokenizer = Tokenizer.Load(Path.Combine(folder, "model"));
        var read = PreferenceFile.Read(Path.Combine(folder, "prompts.jsonl"), new ReadOptions { AllowUnscored = true });
        var chat = new ComparisonEncoder(tokenizer, new RenderingOptions());
        // transformers: apply_chat_template(tokenize=True)
        Assert.Equal([61, 66], chat.EncodeRows(read.Comparisons[0]).Select(row => row.Length));
        var hh = new ComparisonEncoder(tokenizer, new RenderingOptions { Rendering = DialogueRendering.Hh });
        Assert.All(hh.EncodeRows(read.Comparisons[0]), row => Assert.Equal(tokenizer.BosId, row[0]));
    }

    [Fact]
    public void EOS_only_where_asked_and_once()
    {
        var tokenizer = GoldenTokenizers.Get("mistral");
        var plain = new ComparisonEncoder(tokenizer, new RenderingOptions());
        var ending = new ComparisonEncoder(tokenizer, new RenderingOptions { AppendEos = true });
        var comparison = Dialogue("Hi", "A", "B</s>");
        Assert.Equal([.. Row(plain.Encode(comparison)!, 0), 2], Row(ending.Encode(comparison)!, 0));
        Assert.Equal(Row(plain.Encode(comparison)!, 1), Row(ending.Encode(comparison)!, 1));
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("tokenizer.json"), """{"model":{"vocab":{"a":0},"merges":[]}}""");
        Assert.Contains(
            "eos_token",
            Assert
                .Throws<ConcordException>(() =>
                    new ComparisonEncoder(Tokenizer.Load(folder.Path), new RenderingOptions { AppendEos = true })
                )
                .Message
        );
    }

    [Fact]
    public void Ids_are_taken_as_they_are()
    {
        var tokenizer = GoldenTokenizers.Get("mistral");
        var comparison = Dialogue("", "", "") with
        {
            Form = ComparisonForm.TokenIds,
            Prompt = [],
            PromptTokenIds = [5, 6],
            Responses = [Response.FromTokenIds([7, 8]), Response.FromTokenIds([7, 9, 2])],
        };
        foreach (
            var encoder in (ComparisonEncoder[])
                [new(null, new RenderingOptions()), new(tokenizer, new RenderingOptions { AppendEos = true })]
        )
        {
            var encoded = encoder.Encode(comparison)!;
            Assert.Equal([5, 6, 7], encoded.Prefix);
            Assert.Equal(
                [
                    [8],
                    [9, 2],
                ],
                encoded.Suffixes
            );
        }
        var error = Assert.Throws<RefusedComparisonException>(() =>
            new ComparisonEncoder(null, new RenderingOptions()).Encode(Dialogue("Hi", "A"))
        );
        Assert.StartsWith("data.jsonl, line 7: ", error.Message);
    }

    [Fact]
    public void All_keep_their_order_and_are_counted()
    {
        var tokenizer = GoldenTokenizers.Get("smollm2");
        var texts = HarmlessTexts.Read(400);
        var comparisons = texts.Chunk(2).Select(pair => Texts("", pair)).ToList();
        TokenizedComparison?[] Encode(RenderingOptions how) =>
            [.. OrderedParallel.Map(comparisons, new ComparisonEncoder(tokenizer, how).Encode)];
        var all = Encode(new RenderingOptions { Rendering = DialogueRendering.Hh });
        Assert.Equal(comparisons, all.Select(encoded => encoded!.Comparison));
        Assert.DoesNotContain(all, encoded => encoded!.Truncated);
        var median = all.Select(encoded => encoded!.Suffixes.Max(suffix => suffix.Length) + encoded.Prefix.Length)
            .Order()
            .ElementAt(100);
        var options = new RenderingOptions
        {
            Rendering = DialogueRendering.Hh,
            MaximumLength = median,
            Truncation = TruncationPolicy.Drop,
        };
        var dropped = Encode(options).Count(encoded => encoded is null);
        Assert.InRange(dropped, 80, 120);
        var shared = Encode(options with { Truncation = TruncationPolicy.SharedLeft });
        Assert.Equal(dropped, shared.Count(encoded => encoded!.Truncated));
        var error = Assert.Throws<ConcordException>(() => Encode(options with { Truncation = TruncationPolicy.Error }));
        Assert.Contains($"maximum length {median}", error.Message);
    }
}
