using Concord.Tokenization.Bpe;
using Concord.Tokenization.Decoders;
using Concord.Tokenization.Normalizers;
using Concord.Tokenization.Patterns;
using Concord.Tokenization.PreTokenizers;

namespace Concord.Tokenization;

/// <summary>
/// Reads Hugging Face's <c>tokenizer.json</c>. What it does not know it refuses by name: a flag passed over would give
/// other ids.
/// </summary>
/// <remarks>
/// <c>truncation</c> and <c>padding</c> are passed over on purpose: they say how a batch was once laid out, and Concord
/// cuts by its own named policy.
/// </remarks>
internal static class TokenizerJsonReader
{
    public static HuggingFacePipeline Read(string file)
    {
        using var document = TokenizerDocument.Parse(file);
        var root = new JsonNode(document.RootElement, file, "").Only(
            "version",
            "truncation",
            "padding",
            "added_tokens",
            "normalizer",
            "pre_tokenizer",
            "post_processor",
            "decoder",
            "model"
        );
        if (!root["version"].IsNull && root["version"].Text() != "1.0")
            throw root["version"].Error("version 1.0 was expected");
        var normalizer = root["normalizer"].IsNull ? null : Normalizer(root["normalizer"]);
        var stages = new List<PreTokenizer>();
        if (!root["pre_tokenizer"].IsNull)
            AddStages(root["pre_tokenizer"], stages);
        var readsBytes = stages.Count > 0 && stages[^1] is ByteLettersStage;
        if (readsBytes)
            stages.RemoveAt(stages.Count - 1);
        var (vocabulary, model) = BpeModelReader.Read(root["model"], readsBytes);
        var added = AddedTokens(root["added_tokens"], vocabulary);
        var decoder = root["decoder"].IsNull ? null : Decoder(root["decoder"]);
        var processor = root["post_processor"].IsNull ? PostProcessor.None : Processor(root["post_processor"]);
        return new HuggingFacePipeline(added, normalizer, stages, vocabulary, model, processor, decoder);
    }

    /// <summary>
    /// An added token's id is that of the vocabulary where it has one, else the next free one: the id in the file is a
    /// note, and must agree.
    /// </summary>
    private static List<AddedToken> AddedTokens(JsonNode node, Vocabulary vocabulary)
    {
        var tokens = new List<AddedToken>();
        if (node.IsNull)
            return tokens;
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        var next = vocabulary.Count;
        foreach (var item in node.Items())
        {
            item.Only("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
            var content = item["content"].Text();
            if (content.Length == 0)
                continue;
            var id = known.TryGetValue(content, out var earlier) ? earlier : vocabulary.Find(content);
            if (id < 0)
                id = next;
            if (item["id"].Number() != id)
                throw item["id"]
                    .Error(
                        $"'{content}' has the id {item["id"].Number()}, but its place in the vocabulary gives {id}; "
                            + $"Hugging Face's library would use the latter"
                    );
            known[content] = id;
            next = Math.Max(next, id + 1);
            var special = item["special"].Flag();
            tokens.Add(
                new AddedToken(
                    id,
                    content,
                    item["single_word"].Flag(),
                    item["lstrip"].Flag(),
                    item["rstrip"].Flag(),
                    item["normalized"].Flag(),
                    special
                )
            );
        }
        return tokens;
    }

    private static Normalizer Normalizer(JsonNode node)
    {
        switch (node.Type)
        {
            case "Sequence":
                return new NormalizerSequence([
                    .. node.Only("type", "normalizers")["normalizers"].Items().Select(Normalizer),
                ]);
            case "NFC" or "NFD" or "NFKC" or "NFKD":
                return new UnicodeFormNormalizer(node.Only("type").Type.EndsWith('C'), node.Type[2] == 'K');
            case "Lowercase":
                node.Only("type");
                return new LowercaseNormalizer();
            case "StripAccents":
                node.Only("type");
                return new StripAccentsNormalizer();
            case "ByteLevel":
                node.Only("type");
                return new ByteLettersNormalizer();
            case "Strip":
                node.Only("type", "strip_left", "strip_right");
                return new StripNormalizer(node["strip_left"].Flag(), node["strip_right"].Flag());
            case "Prepend":
                return new PrependNormalizer(node.Only("type", "prepend")["prepend"].Text());
            case "Replace":
                return new ReplaceNormalizer(
                    Pattern(node.Only("type", "pattern", "content")["pattern"]),
                    node["content"].Text()
                );
            default:
                throw node.UnknownType();
        }
    }

    private static TextPattern Pattern(JsonNode node)
    {
        node.Only("String", "Regex");
        if (!node["String"].IsNull)
            return new LiteralPattern(node["String"].Text());
        try
        {
            return TextPattern.ForRegex(node["Regex"].Text());
        }
        catch (UnsupportedPatternException error)
        {
            throw node["Regex"].Error($"the regular expression uses {error.Message}, which is not known");
        }
    }

    private static void AddStages(JsonNode node, List<PreTokenizer> stages)
    {
        switch (node.Type)
        {
            case "Sequence":
                foreach (var part in node.Only("type", "pretokenizers")["pretokenizers"].Items())
                    AddStages(part, stages);
                break;
            case "ByteLevel":
                node.Only("type", "add_prefix_space", "trim_offsets", "use_regex");
                var (prefix, regex) = (node["add_prefix_space"].Flag(), node["use_regex"].Flag(otherwise: true));
                if (prefix || regex)
                    stages.Add(new ByteLevelStage(prefix, regex));
                stages.Add(new ByteLettersStage());
                break;
            case "Split":
                var name = node.Only("type", "pattern", "behavior", "invert")["behavior"].Text();
                var behavior = Enum.GetNames<SplitBehavior>().Contains(name)
                    ? Enum.Parse<SplitBehavior>(name)
                    : throw node["behavior"].Error("the behaviour is not known");
                stages.Add(new SplitStage(Pattern(node["pattern"]), behavior, node["invert"].Flag()));
                break;
            case "Digits":
                stages.Add(new DigitsStage(node.Only("type", "individual_digits")["individual_digits"].Flag()));
                break;
            case "Metaspace":
                node.Only("type", "replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep");
                stages.Add(
                    new MetaspaceStage(
                        node["replacement"].Character(),
                        Scheme(node),
                        node["split"].Flag(otherwise: true)
                    )
                );
                break;
            case "Whitespace":
                node.Only("type");
                stages.Add(new WhitespaceStage(wordsApart: true));
                break;
            case "WhitespaceSplit":
                node.Only("type");
                stages.Add(new WhitespaceStage(wordsApart: false));
                break;
            default:
                throw node.UnknownType();
        }
    }

    /// <summary>Where a Metaspace puts its mark; older files say it by <c>add_prefix_space</c>.</summary>
    private static PrependScheme Scheme(JsonNode node)
    {
        if (node["prepend_scheme"].IsNull)
            return node["add_prefix_space"].Flag(otherwise: true) ? PrependScheme.Always : PrependScheme.Never;
        if (!node["add_prefix_space"].Flag(otherwise: true) && node["prepend_scheme"].Text() != "never")
            throw node.Error("add_prefix_space false contradicts prepend_scheme");
        return node["prepend_scheme"].Text() switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            _ => throw node["prepend_scheme"].Error("'always', 'first' or 'never' was expected"),
        };
    }

    private static PostProcessor Processor(JsonNode node)
    {
        switch (node.Type)
        {
            case "ByteLevel": // moves offsets only
                node.Only("type", "add_prefix_space", "trim_offsets", "use_regex");
                return PostProcessor.None;
            case "Sequence":
                return node.Only("type", "processors")["processors"]
                    .Items()
                    .Select(Processor)
                    .Aggregate(PostProcessor.None, (all, next) => all.Then(next));
            case "BertProcessing" or "RobertaProcessing":
                node.Only("type", "sep", "cls", "trim_offsets", "add_prefix_space");
                return new PostProcessor([Pair(node["cls"])], [Pair(node["sep"])]);
            case "TemplateProcessing":
                return Template(node);
            default:
                throw node.UnknownType();
        }
    }

    private static int Pair(JsonNode node) =>
        node.Items().ToArray() is [_, var id] ? id.Number() : throw node.Error("a token and its id were expected");

    private static PostProcessor Template(JsonNode node)
    {
        node.Only("type", "single", "pair", "special_tokens");
        List<int> before = [],
            after = [];
        var current = before;
        foreach (var piece in node["single"].Items())
        {
            piece.Only("SpecialToken", "Sequence");
            if (!piece["Sequence"].IsNull)
            {
                if (current == after || piece["Sequence"]["id"].Text() != "A")
                    throw piece.Error("the sequence A was expected, once");
                current = after;
                continue;
            }
            var name = piece["SpecialToken"]["id"].Text();
            var special = node["special_tokens"][name];
            if (special.IsNull)
                throw piece.Error($"the special token '{name}' is not among special_tokens");
            current.AddRange(special["ids"].Items().Select(id => id.Number()));
        }
        return current == after
            ? new PostProcessor(before, after)
            : throw node["single"].Error("the sequence A was expected, once");
    }

    private static Decoder Decoder(JsonNode node)
    {
        switch (node.Type)
        {
            case "ByteLevel":
                node.Only("type", "add_prefix_space", "trim_offsets", "use_regex");
                return new ByteLevelDecoder();
            case "ByteFallback":
                node.Only("type");
                return new ByteFallbackDecoder();
            case "Fuse":
                node.Only("type");
                return new FuseDecoder();
            case "Sequence":
                return new DecoderSequence([.. node.Only("type", "decoders")["decoders"].Items().Select(Decoder)]);
            case "Replace":
                return new ReplaceDecoder(
                    Pattern(node.Only("type", "pattern", "content")["pattern"]),
                    node["content"].Text()
                );
            case "Strip":
                return new StripDecoder(
                    node.Only("type", "content", "start", "stop")["content"].Character(),
                    node["start"].Number(),
                    node["stop"].Number()
                );
            case "Metaspace":
                node.Only("type", "replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep");
                return new MetaspaceDecoder(node["replacement"].Character(), Scheme(node));
            default:
                throw node.UnknownType();
        }
    }
}
