using System.Text;
using Concord.Foundation;
using Concord.Tokenization;
using Concord.Tokenization.Patterns;
using Xunit;

namespace Concord.Tests.Tokenizers;

/// <summary>Tokenizer files that are damaged, or ask for time or room without end.</summary>
public sealed class HostileTokenizerTests : IDisposable
{
    private const string Whole = """
        {"version":"1.0","truncation":null,"padding":null,"added_tokens":[{"id":3,"content":"<s>","single_word":false,
        "lstrip":false,"rstrip":false,"normalized":false,"special":true}],"normalizer":{"type":"Sequence",
        "normalizers":[{"type":"NFC"},{"type":"Replace","pattern":{"String":" "},"content":"_"}]},
        "pre_tokenizer":{"type":"Split","pattern":{"Regex":"\\p{L}+|[^a-z]{1,3}(?=b)"},"behavior":"Isolated",
        "invert":false},"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>",
        "type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{"<s>":{"id":"<s>","ids":[3],
        "tokens":["<s>"]}}},"decoder":{"type":"Sequence","decoders":[{"type":"Fuse"}]},
        "model":{"type":"BPE","dropout":null,"unk_token":null,"vocab":{"a":0,"b":1,"ab":2},"merges":[["a","b"]]}}
        """;

    private static readonly string[] Words =
    [
        "\"type\":\"Split\"",
        "\"type\":\"Replace\"",
        "\"Regex\":\"(a+)+\"",
        "\"type\":\"Strip\"",
        "\"type\":\"ByteLevel\"",
        "\"type\":\"Metaspace\"",
        "\"vocab\":",
        "\"merges\":",
        "16777216",
        "(",
        ")*",
        "{1000}",
        "[^",
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_damaged_tokenizer_json_is_a_tokenizer_or_a_sentence() =>
        Fuzz.Run("tokenizer_json", Read("tokenizer.json"), Words, Encoding.UTF8.GetBytes(Whole));

    [Fact]
    public void A_damaged_SentencePiece_model_is_a_tokenizer_or_a_sentence() =>
        Fuzz.Run("tokenizer_model", Read("tokenizer.model"), [], SentencePieceBytes());

    [Theory]
    [InlineData("(a+)+b", 40)]
    [InlineData("(a|a)*b", 40)]
    [InlineData("(a|aa)*c", 60)]
    [InlineData("(?:a*?)*?b", 0)]
    [InlineData("(.*)(.*)(.*)(.*)(.*)x", 2000)]
    [InlineData("(?=(a+)+b)a", 40)]
    [InlineData("(?>(a+)+b)", 40)]
    [InlineData("(?<!(a|a)(a|a)(a|a))(a+)+b", 40)]
    public void A_pattern_that_tries_endlessly_is_named(string expression, int letters)
    {
        var error = Assert
            .Throws<ConcordException>(() => Load(Split(expression)).Encode(new string('a', letters), false))
            .Message;
        Assert.Contains(
            letters == 0 ? "endless repetition" : "CONCORD_LIMIT_PATTERN_STEPS",
            error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Steps_are_counted_over_a_text_not_over_each_of_its_pieces()
    {
        // a thousand pieces, each looked through to its end and from each of its places
        var tokenizer = Load(Split(@"[^x]*?y|."));
        using var limits = new LimitsForTest(new Limits { PatternSteps = 1 << 20, PatternStepsPerCharacter = 10 });
        Assert.Throws<ConcordException>(() => tokenizer.Encode(new string('a', 20_000), false));
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("(?:", ")")]
    [InlineData("(?=", ")")]
    [InlineData("(?i)", "")]
    [InlineData("[", "]")]
    [InlineData("[^", "]")]
    [InlineData("a|(", ")")]
    [InlineData("", "+")]
    public void A_pattern_that_nests_without_measure_is_refused_by_name(string open, string close)
    {
        foreach (var depth in (int[])[10_000, 100_000])
        {
            var expression =
                string.Concat(Enumerable.Repeat(open, depth)) + "a" + string.Concat(Enumerable.Repeat(close, depth));
            var error = Assert.Throws<ConcordException>(() => Load(Split(expression))).Message;
            Assert.True(error.Length < 1000);
            Assert.Contains("regular expression", error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("((((a{1000}){1000}){1000}){1000}){1000}")]
    [InlineData("((((){1000}){1000}){1000}){1000}")]
    [InlineData("(?<=((((a{1000}){1000}){1000}){1000}){1000})b")]
    public void Repetitions_of_repetitions_are_refused(string expression) =>
        Assert.Throws<ConcordException>(() => Load(Split(expression)));

    [Fact]
    public void A_class_of_many_ranges_is_looked_up_not_gone_through()
    {
        var ranges = new StringBuilder("[");
        for (var point = 0x100; point < 0x4000; point += 2)
            ranges.Append((char)point).Append('-').Append((char)point);
        var set = new RegexPattern(ranges.Append("]+").ToString());
        Assert.Equal((1, 3), set.Next("a\u0102\u3FFE\u0103", 0));
    }

    [Fact]
    public void Normalizers_that_double_are_stopped()
    {
        var twice = """{"type":"Replace","pattern":{"String":"a"},"content":"aa"}""";
        var error = Assert
            .Throws<ConcordException>(() =>
                Load(Normalizers(string.Join(',', Enumerable.Repeat(twice, 40)))).Encode("aaaa", false)
            )
            .Message;
        Assert.Contains("CONCORD_LIMIT_TEXT_GROWTH", error, StringComparison.Ordinal);
        var prepend = $$"""{"type":"Prepend","prepend":"{{new string('b', 900_000)}}"}""";
        Assert.Throws<ConcordException>(() => Load(Normalizers($"{prepend},{prepend}")).Encode("a", false));
    }

    [Fact]
    public void An_id_far_from_the_others_takes_no_memory()
    {
        var error = Assert
            .Throws<ConcordException>(() =>
                Load(Whole.Replace("\"ab\":2", "\"ab\":16000000", StringComparison.Ordinal))
            )
            .Message;
        Assert.Contains("leaves most ids without a token", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_pieces_of_a_SentencePiece_model_are_refused()
    {
        var file = folder.File("tokenizer.model");
        File.WriteAllBytes(file, SentencePieceBytes(new string('a', 200_000)));
        var error = Assert.Throws<ConcordException>(() => Tokenizer.Load(file)).Message;
        Assert.Contains("longer than those of any vocabulary", error, StringComparison.Ordinal);
    }

    private static string Split(string expression) =>
        Whole.Replace(
            "\"\\\\p{L}+|[^a-z]{1,3}(?=b)\"",
            System.Text.Json.JsonSerializer.Serialize(expression),
            StringComparison.Ordinal
        );

    private static string Normalizers(string list) =>
        Whole.Replace(
            """[{"type":"NFC"},{"type":"Replace","pattern":{"String":" "},"content":"_"}]""",
            $"[{list}]",
            StringComparison.Ordinal
        );

    private Tokenizer Load(string json)
    {
        Assert.NotEqual(Whole, json);
        File.WriteAllText(folder.File("tokenizer.json"), json);
        return Tokenizer.Load(folder.File("tokenizer.json"));
    }

    private Action<byte[]> Read(string name) =>
        bytes =>
        {
            File.WriteAllBytes(folder.File(name), bytes);
            var tokenizer = Tokenizer.Load(folder.File(name));
            tokenizer.Decode(tokenizer.Encode("<s> aab b! \u0301😀 ab", addSpecialTokens: true));
            tokenizer.Encode(new string('a', 30), addSpecialTokens: false);
        };

    // ModelProto: pieces {text, score, type}; trainer {model_type: BPE}
    private static byte[] SentencePieceBytes(params string[] more)
    {
        var bytes = new List<byte>();
        foreach (
            var (text, type) in (IEnumerable<(string, byte)>)
                [
                    ("<unk>", 2),
                    ("<s>", 3),
                    ("\u2581", 1),
                    ("a", 1),
                    ("b", 1),
                    ("ab", 1),
                    .. more.Select(one => (one, (byte)1)),
                ]
        )
        {
            var name = Encoding.UTF8.GetBytes(text);
            byte[] piece = [0x0A, .. Varint(name.Length), .. name, 0x15, 0, 0, 0, 0, 0x18, type];
            bytes.AddRange([0x0A, .. Varint(piece.Length), .. piece]);
        }
        return [.. bytes, 0x12, 2, 0x18, 2];
    }

    private static byte[] Varint(int value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }
}
