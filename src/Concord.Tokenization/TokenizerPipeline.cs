using Concord.Tokenization.Bpe;

namespace Concord.Tokenization;

/// <summary>What a tokenizer file defines: text to ids and back. Safe for use by many threads.</summary>
internal abstract class TokenizerPipeline
{
    /// <summary>Appends the ids of a text without lone surrogates, special tokens not added.</summary>
    public abstract void Encode(string text, IdBuffer ids);

    /// <summary>The text of ids; special tokens are kept where <paramref name="skipSpecialTokens"/> is false.</summary>
    public abstract string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens);

    /// <summary>The id of a token, or -1.</summary>
    public abstract int Find(string token);

    /// <summary>Token by id; null where no token has the id.</summary>
    public abstract IReadOnlyList<string?> Tokens { get; }

    /// <summary>The tokens that are markup, not text.</summary>
    public abstract IReadOnlyCollection<string> SpecialTokens { get; }

    /// <summary>What is put around a text when special tokens are asked for.</summary>
    public abstract PostProcessor PostProcessor { get; }
}
