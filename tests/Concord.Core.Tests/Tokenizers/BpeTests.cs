using System.Diagnostics;
using Concord.Tokenization;
using Concord.Tokenization.Bpe;
using Xunit;

namespace Concord.Tests.Tokenizers;

public class BpeTests
{
    [Fact]
    public void Scan_and_heap_agree()
    {
        var random = new Random(3);
        for (var round = 0; round < 300; round++)
        {
            var merges = RandomMerges(random, 5, 40);
            for (var i = 0; i < 20; i++)
            {
                var word = Enumerable
                    .Range(0, random.Next(2, PairMerger.ShortWord + 1))
                    .Select(_ => random.Next(5))
                    .ToArray();
                int[] scanned = [.. word],
                    heaped = [.. word];
                var count = PairMerger.MergeShort(scanned, merges);
                Assert.Equal(scanned[..count], heaped[..PairMerger.MergeLong(heaped, merges)]);
            }
        }
    }

    [Fact]
    public void Merging_is_the_definition()
    {
        // The definition, as slowly as it can be written: of all joinable neighbours the one of lowest rank, leftmost,
        // again and again.
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            var merges = RandomMerges(random, 4, 30);
            var word = Enumerable.Range(0, random.Next(2, 120)).Select(_ => random.Next(4)).ToList();
            int[] actual = [.. word];
            var count = PairMerger.Merge(actual, merges);
            for (; ; )
            {
                var candidates = Enumerable
                    .Range(0, word.Count - 1)
                    .Select(i => (Merge: merges.Find(word[i], word[i + 1]), Place: i))
                    .Where(c => c.Merge != MergeTable.None)
                    .ToList();
                if (candidates.Count == 0)
                    break;
                var (merge, place) = candidates.MinBy(c => (c.Merge >> 32, c.Place));
                word[place] = (int)(uint)merge;
                word.RemoveAt(place + 1);
            }
            Assert.Equal(word, actual[..count]);
        }
    }

    [Fact]
    public void Cutting_before_marks_changes_nothing()
    {
        var random = new Random(9);
        const string Letters = "\u2581abc";
        for (var round = 0; round < 200; round++)
        {
            // A vocabulary grown by random joins; those across a mark are left out, as in models trained on words, in
            // half of the rounds.
            var ids = Letters
                .Select((letter, i) => (letter, i))
                .ToDictionary(entry => entry.letter.ToString(), entry => entry.i, StringComparer.Ordinal);
            var merges = new List<(int, int, int, int)>();
            for (var i = 0; i < 40; i++)
            {
                var (left, right) = (
                    ids.Keys.ElementAt(random.Next(ids.Count)),
                    ids.Keys.ElementAt(random.Next(ids.Count))
                );
                if (round % 2 == 0 && right.Contains('\u2581') && left.Any(letter => letter != '\u2581'))
                    continue;
                if (!ids.ContainsKey(left + right))
                    ids[left + right] = ids.Count;
                merges.Add((ids[left], ids[right], merges.Count, ids[left + right]));
            }
            var model = new BpeModel(new Vocabulary(ids), merges, new BpeSettings());
            for (var i = 0; i < 20; i++)
            {
                var text = new string([
                    .. Enumerable.Range(0, random.Next(1, 60)).Select(_ => Letters[random.Next(4)]),
                ]);
                IdBuffer cut = new(),
                    plain = new();
                model.Encode(text, cut);
                model.EncodePlainly(text, plain);
                Assert.Equal(plain.Span.ToArray(), cut.Span.ToArray());
            }
        }
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama2-hf")]
    [InlineData("llama2")]
    public void A_megabyte_of_one_word_is_not_quadratic(string family)
    {
        var tokenizer = GoldenTokenizers.Get(family);
        var random = new Random(1);
        foreach (
            var word in (string[])
                [
                    new string('a', 1 << 20),
                    new string([.. Enumerable.Range(0, 1 << 20).Select(_ => (char)('a' + random.Next(26)))]),
                ]
        )
        {
            var watch = Stopwatch.StartNew();
            var ids = tokenizer.Encode(word, addSpecialTokens: false);
            // Linear work takes a third of a second; quadratic work would take hours.
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
            Assert.Equal(word, tokenizer.Decode(ids));
        }
    }

    [Fact]
    public void Many_threads_give_what_one_gives()
    {
        var tokenizer = GoldenTokenizers.Get("smollm2");
        var texts = HarmlessTexts.Read(400);
        var alone = texts.Select(text => tokenizer.Encode(text, addSpecialTokens: true)).ToArray();
        var fresh = Tokenizer.Load(Shared.Path("golden", "tokenizers", "smollm2"));
        for (var round = 0; round < 3; round++)
        {
            var together = new int[texts.Count][];
            Parallel.For(
                0,
                texts.Count,
                new ParallelOptions { MaxDegreeOfParallelism = 8 },
                i => together[i] = fresh.Encode(texts[i], addSpecialTokens: true)
            );
            Assert.Equal(alone, together);
        }
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("qwen3")]
    [InlineData("llama2")]
    public void Text_comes_back(string family)
    {
        var tokenizer = GoldenTokenizers.Get(family);
        Assert.All(
            HarmlessTexts.Read(300),
            text =>
                Assert.Equal(
                    text.Normalize(),
                    tokenizer.Decode(tokenizer.Encode(text, addSpecialTokens: false)).Normalize()
                )
        );
    }

    private static MergeTable RandomMerges(Random random, int symbols, int count)
    {
        // As in a real file, equal strings are one id: (ab)c and a(bc) become the same symbol.
        var strings = Enumerable.Range(0, symbols).Select(i => ((char)('a' + i)).ToString()).ToList();
        var merges = new List<(int, int, int, int)>();
        for (var i = 0; i < count; i++)
        {
            int left = random.Next(strings.Count),
                right = random.Next(strings.Count);
            var whole = strings.IndexOf(strings[left] + strings[right]);
            if (whole < 0)
            {
                whole = strings.Count;
                strings.Add(strings[left] + strings[right]);
            }
            merges.Add((left, right, i, whole));
        }
        return new MergeTable(merges);
    }
}
