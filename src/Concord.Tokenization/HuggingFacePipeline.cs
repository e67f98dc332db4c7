using Concord.Tokenization.Bpe;
using Concord.Tokenization.Decoders;
using Concord.Tokenization.Normalizers;
using Concord.Tokenization.Patterns;
using Concord.Tokenization.PreTokenizers;

namespace Concord.Tokenization;

/// <summary>
/// The stages of a <c>tokenizer.json</c>: added tokens, normalizer, added tokens of normalized text, pre-tokenizers,
/// model; and the decoder back.
/// </summary>
internal sealed class HuggingFacePipeline : TokenizerPipeline
{
    private readonly AddedTokenFinder rawTokens,
        normalizedTokens;
    private readonly Normalizer? normalizer;
    private readonly IReadOnlyList<PreTokenizer> preTokenizers;
    private readonly BpeModel model;
    private readonly Vocabulary vocabulary;
    private readonly Decoder? decoder;
    private readonly Dictionary<string, AddedToken> added = new(StringComparer.Ordinal);
    private readonly string?[] tokens,
        surfaces;
    private readonly HashSet<string> special;

    [ThreadStatic]
    private static Scratch? scratchOfThread;

    /// <summary>Lists that one thread uses again and again.</summary>
    private sealed class Scratch
    {
        public readonly List<(Piece Piece, int Id)> Stretches = [],
            Inner = [];
        public readonly List<Piece>[] Pieces =
        [
            [],
            [],
        ];
    }

    public HuggingFacePipeline(
        IReadOnlyList<AddedToken> addedTokens,
        Normalizer? normalizer,
        IReadOnlyList<PreTokenizer> preTokenizers,
        Vocabulary vocabulary,
        BpeModel model,
        PostProcessor postProcessor,
        Decoder? decoder
    )
    {
        (this.normalizer, this.preTokenizers, this.vocabulary, this.model, this.decoder) = (
            normalizer,
            preTokenizers,
            vocabulary,
            model,
            decoder
        );
        PostProcessor = postProcessor;
        foreach (var token in addedTokens)
            added[token.Content] = token;
        tokens = new string?[
            Math.Max(vocabulary.Tokens.Length, added.Count == 0 ? 0 : added.Values.Max(token => token.Id) + 1)
        ];
        vocabulary.Tokens.CopyTo(tokens, 0);
        foreach (var token in added.Values)
            tokens[token.Id] = token.Content;
        // A token that is sought in normalized text is decoded as it stands there: the decoder undoes what the
        // normalizer did.
        surfaces = [.. tokens];
        foreach (var token in added.Values.Where(token => token.Normalized))
            surfaces[token.Id] = Normalized(token.Content);
        special = [.. added.Values.Where(token => token.Special).Select(token => token.Content)];
        // Special tokens come first, as in the library: that decides where two are sought by the same normalized text.
        var ordered = added.Values.OrderByDescending(token => token.Special).ToArray();
        rawTokens = new AddedTokenFinder(
            ordered.Where(token => !token.Normalized).Select(token => (token.Content, token))
        );
        normalizedTokens = new AddedTokenFinder(
            ordered.Where(token => token.Normalized).Select(token => (Normalized(token.Content), token))
        );
    }

    public override IReadOnlyList<string?> Tokens => tokens;

    public override IReadOnlyCollection<string> SpecialTokens => special;

    public override PostProcessor PostProcessor { get; }

    public override int Find(string token) =>
        added.TryGetValue(token, out var found) ? found.Id : vocabulary.Find(token);

    private string Normalized(string text)
    {
        TextWork.Begin(text.Length);
        return normalizer?.Normalize(text) ?? text;
    }

    public override void Encode(string text, IdBuffer ids)
    {
        if (text.Length == 0)
            return;
        TextWork.Begin(text.Length);
        var scratch = scratchOfThread ??= new Scratch();
        scratch.Stretches.Clear();
        rawTokens.Cut(new Piece(text, 0, text.Length, IsFirst: true), scratch.Stretches);
        foreach (var (stretch, id) in scratch.Stretches)
        {
            if (id >= 0)
            {
                ids.Add(id);
                continue;
            }
            var piece = normalizer is null
                ? stretch
                : stretch.With(
                    normalizer.Normalize(stretch.Length == stretch.Text.Length ? stretch.Text : stretch.Span.ToString())
                );
            if (piece.Length == 0)
                continue;
            scratch.Inner.Clear();
            normalizedTokens.Cut(piece, scratch.Inner);
            foreach (var (inner, innerId) in scratch.Inner)
            {
                if (innerId >= 0)
                    ids.Add(innerId);
                else
                    EncodePiece(inner, scratch, ids);
            }
        }
    }

    private void EncodePiece(Piece piece, Scratch scratch, IdBuffer ids)
    {
        var (current, next) = (scratch.Pieces[0], scratch.Pieces[1]);
        current.Clear();
        current.Add(piece);
        foreach (var stage in preTokenizers)
        {
            next.Clear();
            foreach (var part in current)
                stage.Split(part, next);
            (current, next) = (next, current);
        }
        foreach (var word in current)
            model.Encode(word.Span, ids);
    }

    public override string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        var strings = new List<string>(ids.Length);
        foreach (var id in ids)
            if (
                (uint)id < (uint)surfaces.Length
                && surfaces[id] is { } token
                && !(skipSpecialTokens && special.Contains(token))
            )
                strings.Add(token);
        TextWork.Begin(strings.Sum(one => one.Length));
        return decoder is null ? string.Join(' ', strings) : string.Concat(decoder.Decode(strings));
    }
}
