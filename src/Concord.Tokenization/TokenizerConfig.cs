using System.Text.Json;
using Concord.Foundation;

namespace Concord.Tokenization;

/// <summary>What lies beside a tokenizer: the names of its special tokens and the chat template.</summary>
internal sealed record TokenizerConfig
{
    public string? BosToken { get; init; }

    public string? EosToken { get; init; }

    public string? PadToken { get; init; }

    public string? UnknownToken { get; init; }

    public string? ChatTemplate { get; init; }

    /// <summary>All that are named <c>.._token</c>, as chat templates may name them.</summary>
    public IReadOnlyDictionary<string, string> NamedTokens { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Reads <c>tokenizer_config.json</c>, what that does not say from <c>special_tokens_map.json</c>, and
    /// <c>chat_template.jinja</c>, which has precedence over a template in the former.
    /// </summary>
    public static TokenizerConfig Read(string folder, TokenizerPipeline pipeline)
    {
        using var config = Open(folder, "tokenizer_config.json");
        using var map = Open(folder, "special_tokens_map.json");
        var templateFile = Path.Combine(folder, "chat_template.jinja");
        var named = config is not null || map is not null;
        string? Name(string key, string[] usual)
        {
            if (named)
                return Token(config, key) ?? Token(map, key);
            return usual.FirstOrDefault(token => pipeline.SpecialTokens.Contains(token));
        }
        // Where nothing names them, the usual names are looked for among the special tokens (GPT-NeoX comes without a
        // configuration).
        var before = pipeline.PostProcessor.Before;
        var first = before.Count > 0 ? pipeline.Tokens[before[0]] : null;
        var tokens = new TokenizerConfig
        {
            BosToken = Name("bos_token", [first ?? "<s>", "<|begin_of_text|>", "<|endoftext|>"]),
            EosToken = Name("eos_token", ["</s>", "<|end_of_text|>", "<|endoftext|>"]),
            PadToken = Name("pad_token", ["<pad>", "<|padding|>"]),
            UnknownToken = Name("unk_token", ["<unk>", "<|endoftext|>"]),
        };
        return tokens with
        {
            NamedTokens = Named(tokens, config, map),
            ChatTemplate = File.Exists(templateFile)
                ? InputFile.ReadText(templateFile, "a chat template")
                : Template(config),
        };
    }

    private static Dictionary<string, string> Named(TokenizerConfig tokens, params JsonDocumentAt?[] files)
    {
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        void Add(string name, string? token)
        {
            if (token is not null)
                named.TryAdd(name, token);
        }
        Add("bos_token", tokens.BosToken);
        Add("eos_token", tokens.EosToken);
        Add("pad_token", tokens.PadToken);
        Add("unk_token", tokens.UnknownToken);
        foreach (var file in files.OfType<JsonDocumentAt>())
        {
            var root = file.Root.Element;
            var further =
                root.TryGetProperty("extra_special_tokens", out var extra) && extra.ValueKind == JsonValueKind.Object
                    ? extra.EnumerateObject()
                    : default;
            foreach (var member in root.EnumerateObject().Concat(further))
                if (member.Name.EndsWith("_token", StringComparison.Ordinal))
                    Add(member.Name, TokenOrNull(member.Value));
        }
        return named;
    }

    private static string? TokenOrNull(JsonElement token) =>
        token.ValueKind == JsonValueKind.String ? token.GetString()
        : token.ValueKind == JsonValueKind.Object
        && token.TryGetProperty("content", out var content)
        && content.ValueKind == JsonValueKind.String
            ? content.GetString()
        : null;

    private static JsonDocumentAt? Open(string folder, string name)
    {
        var file = Path.Combine(folder, name);
        if (!File.Exists(file))
            return null;
        var document = TokenizerDocument.Parse(file);
        if (document.RootElement.ValueKind == JsonValueKind.Object)
            return new JsonDocumentAt(document, file);
        document.Dispose();
        throw new ConcordException($"{file} holds no JSON object. Fetch the tokenizer's files again.");
    }

    private sealed record JsonDocumentAt(JsonDocument Document, string File) : IDisposable
    {
        public JsonNode Root => new(Document.RootElement, File, "");

        public void Dispose() => Document.Dispose();
    }

    /// <summary>A special token is a string, or an object whose <c>content</c> it is.</summary>
    private static string? Token(JsonDocumentAt? document, string key)
    {
        if (document is null || document.Root[key].IsNull)
            return null;
        var node = document.Root[key];
        return (node.Element.ValueKind == JsonValueKind.Object ? node["content"] : node).Text();
    }

    /// <summary>A template is a string, or a list of named ones of which <c>default</c> counts.</summary>
    private static string? Template(JsonDocumentAt? config)
    {
        if (config is null || config.Root["chat_template"].IsNull)
            return null;
        var node = config.Root["chat_template"];
        if (node.Element.ValueKind != JsonValueKind.Array)
            return node.Text();
        foreach (var item in node.Items())
            if (item["name"].Text() == "default")
                return item["template"].Text();
        return null;
    }
}
