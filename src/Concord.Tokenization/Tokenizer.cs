using System.Text;
using Concord.Tokenization.Bpe;
using Concord.Tokenization.SentencePiece;

namespace Concord.Tokenization;

/// <summary>
/// Text to token ids and back, exactly as Hugging Face's <c>tokenizers</c> (a <c>tokenizer.json</c>) or SentencePiece
/// (a <c>tokenizer.model</c>) would. Safe for use by many threads.
/// </summary>
public sealed class Tokenizer
{
    private readonly TokenizerPipeline pipeline;
    private readonly TokenizerConfig config;

    [ThreadStatic]
    private static IdBuffer? idsOfThread;

    private Tokenizer(string file, TokenizerPipeline pipeline, TokenizerConfig config)
    {
        (File, this.pipeline, this.config) = (file, pipeline, config);
        BosId = Id(config.BosToken);
        EosId = Id(config.EosToken);
        PadId = Id(config.PadToken);
        UnknownId = Id(config.UnknownToken);
    }

    /// <summary>The file it was read from.</summary>
    public string File { get; }

    /// <summary>The id that begins a text, where the tokenizer names one.</summary>
    public int? BosId { get; }

    /// <summary>The id that ends a text, where the tokenizer names one.</summary>
    public int? EosId { get; }

    /// <summary>The id of padding, where the tokenizer names one.</summary>
    public int? PadId { get; }

    /// <summary>The id of what has no token, where the tokenizer names one.</summary>
    public int? UnknownId { get; }

    /// <summary>The token that begins a text, where the tokenizer names one.</summary>
    public string? BosToken => config.BosToken;

    /// <summary>The token that ends a text, where the tokenizer names one.</summary>
    public string? EosToken => config.EosToken;

    /// <summary>The token of padding, where the tokenizer names one.</summary>
    public string? PadToken => config.PadToken;

    /// <summary>The token of what has no token, where the tokenizer names one.</summary>
    public string? UnknownToken => config.UnknownToken;

    /// <summary>The special tokens by the names that chat templates have for them.</summary>
    internal IReadOnlyDictionary<string, string> NamedTokens => config.NamedTokens;

    /// <summary>The Jinja template by which the folder lays a dialogue out, where it has one.</summary>
    public string? ChatTemplate => config.ChatTemplate;

    /// <summary>The largest id + 1: how many rows an embedding needs at least.</summary>
    public int VocabularySize => pipeline.Tokens.Count;

    /// <summary>The tokens that are markup, not text.</summary>
    public IReadOnlyCollection<string> SpecialTokens => pipeline.SpecialTokens;

    /// <summary>Whether special tokens that a text spells are found in it.</summary>
    internal bool FindsSpecialTokens => pipeline is HuggingFacePipeline;

    internal PostProcessor PostProcessor => pipeline.PostProcessor;

    /// <summary>Reads a tokenizer.</summary>
    /// <param name="path">A <c>tokenizer.json</c>, a SentencePiece <c>tokenizer.model</c>, or a folder that holds one
    /// (the former is preferred). What lies beside it is read too:
    /// <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c>, <c>chat_template.jinja</c>.</param>
    /// <exception cref="ConcordException">There is none, it is damaged, or it uses what Concord does not know
    /// (named).</exception>
    public static Tokenizer Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = Locate(path);
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
            TokenizerPipeline pipeline = IsJson(file)
                ? TokenizerJsonReader.Read(file)
                : new SentencePiecePipeline(file);
            return new Tokenizer(file, pipeline, TokenizerConfig.Read(folder, pipeline));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConcordException($"{file} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The ids of a text.</summary>
    /// <param name="text">Any text; a lone surrogate counts as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether the tokenizer's own special tokens (usually BOS) are put around
    /// it.</param>
    public int[] Encode(string text, bool addSpecialTokens)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = idsOfThread ??= new IdBuffer();
        ids.Clear();
        if (addSpecialTokens)
            foreach (var id in PostProcessor.Before)
                ids.Add(id);
        pipeline.Encode(WellFormed(text), ids);
        if (addSpecialTokens)
            foreach (var id in PostProcessor.After)
                ids.Add(id);
        return ids.Span.ToArray();
    }

    /// <summary>The text of ids, broken UTF-8 as U+FFFD; ids without a token give nothing.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false) =>
        pipeline.Decode(ids, skipSpecialTokens);

    /// <summary>The id of a token, or null.</summary>
    public int? TokenToId(string token) => pipeline.Find(token) is >= 0 and var id ? id : null;

    /// <summary>The token of an id, or null.</summary>
    public string? IdToToken(int id) => id >= 0 && id < pipeline.Tokens.Count ? pipeline.Tokens[id] : null;

    private int? Id(string? token) => token is null ? null : TokenToId(token);

    private static bool IsJson(string file) =>
        Path.GetExtension(file).Equals(".json", StringComparison.OrdinalIgnoreCase);

    private static string Locate(string path)
    {
        if (System.IO.File.Exists(path))
            return path;
        if (!Directory.Exists(path))
            throw new ConcordException(
                $"{path} does not exist; name a tokenizer.json, a tokenizer.model or a folder that holds one."
            );
        foreach (var name in (string[])["tokenizer.json", "tokenizer.model"])
            if (System.IO.File.Exists(Path.Combine(path, name)))
                return Path.Combine(path, name);
        throw new ConcordException(
            $"{path} holds neither tokenizer.json nor tokenizer.model; copy the tokenizer's files there or name "
                + $"another folder."
        );
    }

    private static string WellFormed(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
            return text;
        StringBuilder? repaired = null;
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
                i++;
            else
                (repaired ??= new StringBuilder(text))[i] = '\uFFFD';
        }
        return repaired?.ToString() ?? text;
    }
}
