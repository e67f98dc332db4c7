using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Concord.Foundation;

namespace Concord.Preferences.Simulation;

/// <summary>
/// The tokenizer of the simulated language: a byte-level BPE in Hugging Face's <c>tokenizer.json</c> whose merges are
/// learned from the vocabulary until every word is one token. Any text has ids, since all 256 bytes are tokens too.
/// </summary>
public static class SimulatedTokenizer
{
    /// <summary>The token that ends a text (id 0).</summary>
    public const string EndOfText = "<|endoftext|>";

    /// <summary>The token of padding (id 1).</summary>
    public const string Padding = "<|padding|>";

    /// <summary>The longest text a model of this tokenizer is meant for, in tokens.</summary>
    public const int MaximumLength = 512;

    private static readonly string[] Specials = [EndOfText, Padding];

    private static readonly Lazy<(string[] Tokens, (string Left, string Right)[] Merges)> Learned = new(Learn);

    /// <summary>How many ids there are.</summary>
    public static int VocabularySize => Learned.Value.Tokens.Length;

    /// <summary>The id of <see cref="EndOfText"/>.</summary>
    public static int EndOfTextId => 0;

    /// <summary>The id of <see cref="Padding"/>.</summary>
    public static int PaddingId => 1;

    /// <summary>Writes <c>tokenizer.json</c> and <c>tokenizer_config.json</c> into a folder.</summary>
    /// <exception cref="ConcordException">The files cannot be written there.</exception>
    public static void Write(string folder)
    {
        AtomicFile.WriteBytes(Path.Combine(folder, "tokenizer.json"), Json(WriteTokenizer));
        AtomicFile.WriteBytes(Path.Combine(folder, "tokenizer_config.json"), Json(WriteConfig));
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (
            var json = new Utf8JsonWriter(
                buffer,
                new JsonWriterOptions
                {
                    Indented = true,
                    NewLine = "\n",
                    Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                }
            )
        )
            write(json);
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    private static void WriteTokenizer(Utf8JsonWriter json)
    {
        var (tokens, merges) = Learned.Value;
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        json.WriteStartArray("added_tokens");
        for (var id = 0; id < Specials.Length; id++)
        {
            json.WriteStartObject();
            json.WriteNumber("id", id);
            WriteAddedToken(json, Specials[id]);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNull("normalizer");
        json.WriteStartObject("pre_tokenizer");
        WriteByteLevel(json, trimOffsets: true);
        json.WriteStartObject("post_processor");
        WriteByteLevel(json, trimOffsets: false);
        json.WriteStartObject("decoder");
        WriteByteLevel(json, trimOffsets: true);
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        foreach (var name in new[] { "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix" })
            json.WriteNull(name);
        json.WriteBoolean("fuse_unk", false);
        json.WriteBoolean("byte_fallback", false);
        json.WriteBoolean("ignore_merges", false);
        json.WriteStartObject("vocab");
        for (var id = 0; id < tokens.Length; id++)
            json.WriteNumber(tokens[id], id);
        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach (var (left, right) in merges)
            json.WriteStringValue($"{left} {right}");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteByteLevel(Utf8JsonWriter json, bool trimOffsets)
    {
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", false);
        json.WriteBoolean("trim_offsets", trimOffsets);
        json.WriteBoolean("use_regex", true);
        json.WriteEndObject();
    }

    private static void WriteAddedToken(Utf8JsonWriter json, string content)
    {
        json.WriteString("content", content);
        foreach (var flag in new[] { "single_word", "lstrip", "rstrip", "normalized" })
            json.WriteBoolean(flag, false);
        json.WriteBoolean("special", true);
    }

    private static void WriteConfig(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("added_tokens_decoder");
        for (var id = 0; id < Specials.Length; id++)
        {
            json.WriteStartObject($"{id}");
            WriteAddedToken(json, Specials[id]);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteBoolean("clean_up_tokenization_spaces", false);
        json.WriteString("eos_token", EndOfText);
        json.WriteNumber("model_max_length", MaximumLength);
        json.WriteString("pad_token", Padding);
        json.WriteString("tokenizer_class", "PreTrainedTokenizerFast");
        json.WriteEndObject();
    }

    /// <summary>
    /// Byte-pair encoding: the most frequent pair of neighbours (the first in ordinal order among equals) is merged
    /// everywhere, until every piece is one token.
    /// </summary>
    private static (string[] Tokens, (string Left, string Right)[] Merges) Learn()
    {
        var alphabet = Enumerable.Range(0, 256).Select(octet => Symbol((byte)octet)).ToArray();
        var pieces = SimulatedVocabulary
            .Pieces()
            .Select(piece => Encoding.UTF8.GetBytes(piece).Select(Symbol).ToList())
            .ToArray();
        var merges = new List<(string Left, string Right)>();
        while (true)
        {
            var counts = new Dictionary<(string Left, string Right), int>();
            foreach (var piece in pieces)
                for (var i = 1; i < piece.Count; i++)
                    counts[(piece[i - 1], piece[i])] = counts.GetValueOrDefault((piece[i - 1], piece[i])) + 1;
            if (counts.Count == 0)
                break;
            var best = counts
                .OrderByDescending(pair => pair.Value)
                .ThenBy(pair => pair.Key.Left, StringComparer.Ordinal)
                .ThenBy(pair => pair.Key.Right, StringComparer.Ordinal)
                .First()
                .Key;
            merges.Add(best);
            foreach (var piece in pieces)
            {
                for (var i = 1; i < piece.Count; i++)
                {
                    if (piece[i - 1] != best.Left || piece[i] != best.Right)
                        continue;
                    piece[i - 1] += piece[i];
                    piece.RemoveAt(i);
                }
            }
        }
        string[] tokens =
        [
            .. Specials,
            .. alphabet.Order(StringComparer.Ordinal),
            .. merges.Select(merge => merge.Left + merge.Right).Distinct(),
        ];
        return (tokens, [.. merges]);
    }

    /// <summary>
    /// GPT-2's visible character for a byte: itself where it is printable, else the next free code point from 256 on.
    /// </summary>
    private static string Symbol(byte octet)
    {
        static bool Visible(int value) => value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
        return Visible(octet)
            ? $"{(char)octet}"
            : $"{(char)(256 + Enumerable.Range(0, octet).Count(value => !Visible(value)))}";
    }
}
