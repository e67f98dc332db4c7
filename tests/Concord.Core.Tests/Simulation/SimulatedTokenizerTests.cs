using System.Text;
using System.Text.Json;
using Concord.Preferences.Simulation;
using Concord.Tokenization;
using Xunit;

namespace Concord.Tests.Simulation;

public class SimulatedTokenizerTests
{
    [Fact]
    public void Ids_are_dense_with_specials_first_and_every_merge_makes_a_token()
    {
        using var tokenizer = Read("tokenizer.json");
        var model = tokenizer.RootElement.GetProperty("model");
        var vocabulary = model
            .GetProperty("vocab")
            .EnumerateObject()
            .ToDictionary(token => token.Name, token => token.Value.GetInt32());
        Assert.Equal(Enumerable.Range(0, vocabulary.Count), vocabulary.Values.Order());
        Assert.Equal(SimulatedTokenizer.VocabularySize, vocabulary.Count);
        Assert.True(vocabulary.Count >= 64 + 256);
        Assert.Equal(SimulatedTokenizer.EndOfTextId, vocabulary[SimulatedTokenizer.EndOfText]);
        Assert.Equal(SimulatedTokenizer.PaddingId, vocabulary[SimulatedTokenizer.Padding]);
        foreach (
            var merge in model.GetProperty("merges").EnumerateArray().Select(merge => merge.GetString()!.Split(' '))
        )
        {
            Assert.Equal(2, merge.Length);
            Assert.Contains(merge[0], vocabulary);
            Assert.Contains(merge[1], vocabulary);
            Assert.Contains(merge[0] + merge[1], vocabulary);
        }
    }

    [Fact]
    public void Every_word_of_the_language_is_one_token()
    {
        using var tokenizer = Read("tokenizer.json");
        var ranks = tokenizer
            .RootElement.GetProperty("model")
            .GetProperty("merges")
            .EnumerateArray()
            .Select((merge, rank) => (merge.GetString()!, rank))
            .ToDictionary();
        foreach (var piece in SimulatedVocabulary.Pieces())
        {
            // All pieces are ASCII: only the space has another symbol.
            var symbols = piece.Select(c => c == ' ' ? "\u0120" : $"{c}").ToList();
            while (symbols.Count > 1)
            {
                var (rank, at) = Enumerable
                    .Range(0, symbols.Count - 1)
                    .Select(i => (ranks.GetValueOrDefault($"{symbols[i]} {symbols[i + 1]}", int.MaxValue), i))
                    .Min();
                Assert.True(
                    rank < int.MaxValue,
                    $"'{piece}' stays in {symbols.Count} tokens: {string.Join('|', symbols)}"
                );
                symbols[at] += symbols[at + 1];
                symbols.RemoveAt(at + 1);
            }
        }
    }

    [Fact]
    public void Concord_loads_it_and_every_simulated_dialogue_is_made_of_whole_words()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            SimulatedTokenizer.Write(folder.FullName);
            var tokenizer = Tokenizer.Load(folder.FullName);
            Assert.Equal(
                (SimulatedTokenizer.VocabularySize, SimulatedTokenizer.EndOfTextId, SimulatedTokenizer.PaddingId),
                (tokenizer.VocabularySize, tokenizer.EosId, tokenizer.PadId)
            );
            var population = SimulatedPopulation.Create(new SimulationSettings { HeldOut = 50 });
            foreach (
                var comparison in population.SourceNames.SelectMany(population.HeldOut).Select(one => one.Comparison)
            )
            {
                var text = $"\n\nHuman: {comparison.Prompt[0].Content}\n\nAssistant: {comparison.Responses[0].Text}";
                var ids = tokenizer.Encode(text, addSpecialTokens: true);
                Assert.Equal(text, tokenizer.Decode(ids));
                Assert.Equal(
                    text.Split([' ', '\n', '.', '!', '?', ':', '-'], StringSplitOptions.RemoveEmptyEntries).Length
                        + text.Count(c => c is '\n' or '.' or '!' or '?' or ':' or '-'),
                    ids.Length
                );
            }
            Assert.Equal(
                "any text: \u00e9\u4e2d\U0001F600 <|endoftext|>",
                tokenizer.Decode(
                    tokenizer.Encode("any text: \u00e9\u4e2d\U0001F600 <|endoftext|>", addSpecialTokens: true)
                )
            );
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_configuration_names_the_special_tokens()
    {
        using var config = Read("tokenizer_config.json");
        Assert.Equal("PreTrainedTokenizerFast", config.RootElement.GetProperty("tokenizer_class").GetString());
        Assert.Equal(SimulatedTokenizer.EndOfText, config.RootElement.GetProperty("eos_token").GetString());
        Assert.Equal(SimulatedTokenizer.Padding, config.RootElement.GetProperty("pad_token").GetString());
    }

    private static JsonDocument Read(string file)
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            SimulatedTokenizer.Write(folder.FullName);
            return JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.FullName, file), Encoding.UTF8));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
