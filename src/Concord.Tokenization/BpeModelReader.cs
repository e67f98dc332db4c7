using System.Text.Json;
using Concord.Tokenization.Bpe;

namespace Concord.Tokenization;

/// <summary>Reads the <c>model</c> node of a <c>tokenizer.json</c>.</summary>
internal static class BpeModelReader
{
    private const long FreeIds = 1 << 20;

    public static (Vocabulary Vocabulary, BpeModel Model) Read(JsonNode node, bool readsBytes)
    {
        if (node.IsNull)
            throw node.Error("a BPE model was expected");
        if (node.Type is not ("BPE" or ""))
            throw node.UnknownType();
        node.Only(
            "type",
            "dropout",
            "unk_token",
            "continuing_subword_prefix",
            "end_of_word_suffix",
            "fuse_unk",
            "byte_fallback",
            "ignore_merges",
            "vocab",
            "merges"
        );
        if (!node["dropout"].IsNull && node["dropout"].Element.GetRawText() is not ("0" or "0.0"))
            throw node["dropout"].Error("dropout makes the ids random, so it is refused; set it to null");
        var vocabulary = Vocabulary(node["vocab"]);
        var unknown = Optional(node["unk_token"]);
        var unknownId = unknown is null ? (int?)null : vocabulary.Find(unknown);
        if (unknownId < 0)
            throw node["unk_token"].Error($"'{unknown}' is not in the vocabulary");
        var settings = new BpeSettings
        {
            IgnoreMerges = node["ignore_merges"].Flag(otherwise: false),
            ByteFallback = node["byte_fallback"].Flag(otherwise: false),
            FuseUnknown = node["fuse_unk"].Flag(otherwise: false),
            UnknownId = unknownId,
            ContinuingPrefix = Optional(node["continuing_subword_prefix"]),
            EndOfWordSuffix = Optional(node["end_of_word_suffix"]),
            ReadsBytes = readsBytes,
        };
        return (
            vocabulary,
            new BpeModel(
                vocabulary,
                Merges(node["merges"], vocabulary, settings.ContinuingPrefix?.Length ?? 0),
                settings
            )
        );
    }

    private static string? Optional(JsonNode node) => node.IsNull ? null : node.Text();

    private static Vocabulary Vocabulary(JsonNode node)
    {
        if (node.Element.ValueKind != JsonValueKind.Object)
            throw node.Error("an object of tokens and ids was expected");
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var largest = -1;
        foreach (var property in node.Element.EnumerateObject())
        {
            var token = property.Name;
            if (
                property.Value.ValueKind != JsonValueKind.Number
                || !property.Value.TryGetInt32(out var id)
                || id < 0
                || id > JsonNode.LargestNumber
            )
                throw node.Error($"the token '{token}' has no id from 0 to {JsonNode.LargestNumber}");
            ids[token] = id;
            largest = Math.Max(largest, id);
        }
        // Memory goes by the largest id.
        if (largest > FreeIds + 4L * ids.Count)
            throw node.Error($"{ids.Count} tokens have ids up to {largest}, which leaves most ids without a token");
        return new Vocabulary(ids);
    }

    private static List<(int Left, int Right, int Rank, int Id)> Merges(
        JsonNode node,
        Vocabulary vocabulary,
        int prefixLength
    )
    {
        if (node.Element.ValueKind != JsonValueKind.Array)
            throw node.Error("an array of merges was expected");
        var merges = new List<(int, int, int, int)>(node.Element.GetArrayLength());
        var buffer = new char[256];
        var index = 0;
        foreach (var element in node.Element.EnumerateArray())
        {
            var item = node with { Element = element, Path = "model.merges" };
            var place = index++;
            if (
                element.ValueKind == JsonValueKind.String
                && item.Text().StartsWith("#version", StringComparison.Ordinal)
            )
                continue;
            if (Pair(item) is not { } pair || pair.Right.Length < prefixLength)
                throw item.Error($"merge {place} is neither \"a b\" nor [\"a\", \"b\"]");
            var (left, right) = pair;
            var length = left.Length + right.Length - prefixLength;
            if (length > buffer.Length)
                buffer = new char[2 * length];
            left.CopyTo(buffer);
            right.AsSpan(prefixLength).CopyTo(buffer.AsSpan(left.Length));
            var (leftId, rightId, id) = (
                vocabulary.Find(left),
                vocabulary.Find(right),
                vocabulary.Find(buffer.AsSpan(0, length))
            );
            if (leftId < 0 || rightId < 0 || id < 0)
                throw item.Error($"merge {place} of '{left}' and '{right}' is not within the vocabulary");
            merges.Add((leftId, rightId, merges.Count, id));
        }
        return merges;
    }

    /// <summary>A merge is "a b" in older files, ["a", "b"] in newer ones.</summary>
    private static (string Left, string Right)? Pair(JsonNode node)
    {
        if (node.Element.ValueKind == JsonValueKind.Array)
            return node.Element.GetArrayLength() == 2
                ? ((node with { Element = node.Element[0] }).Text(), (node with { Element = node.Element[1] }).Text())
                : null;
        var text = node.Text();
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 || text.IndexOf(' ', space + 1) >= 0 ? null : (text[..space], text[(space + 1)..]);
    }
}
