using System.Buffers;
using System.Globalization;
using System.Text;
using Concord.Tokenization.PreTokenizers;

namespace Concord.Tokenization.Bpe;

/// <summary>What a BPE model's file says beside vocabulary and merges.</summary>
internal sealed record BpeSettings
{
    /// <summary>A word that is a token is taken whole, whatever the merges say (Llama 3).</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>A character without a token becomes its UTF-8 bytes, <c>&lt;0x0A&gt;</c>.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Neighbouring unknown characters become one unknown token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>What an unknown character becomes; null: nothing.</summary>
    public int? UnknownId { get; init; }

    /// <summary>Put before every character but a word's first; null or empty: nothing.</summary>
    public string? ContinuingPrefix { get; init; }

    /// <summary>Put after a word's last character; null or empty: nothing.</summary>
    public string? EndOfWordSuffix { get; init; }

    /// <summary>
    /// Words come as text whose UTF-8 bytes, written in <see cref="ByteAlphabet"/>, are the symbols: the last
    /// pre-tokenizer was <c>ByteLevel</c>.
    /// </summary>
    public bool ReadsBytes { get; init; }
}

/// <summary>Turns a word into ids: characters or bytes to symbols, then merges. Safe for use by many threads.</summary>
internal sealed class BpeModel
{
    private const char Mark = '\u2581';

    private readonly Vocabulary vocabulary;
    private readonly MergeTable merges;
    private readonly BpeSettings settings;
    private readonly WordCache cache = new();
    private readonly int[] byteIds = new int[256];
    private readonly int[]? fallbackIds;
    private readonly bool bytesDirectly,
        cutsBeforeMark,
        hasAffixes;

    [ThreadStatic]
    private static IdBuffer? symbolsOfThread;

    public BpeModel(
        Vocabulary vocabulary,
        IReadOnlyCollection<(int Left, int Right, int Rank, int Id)> merges,
        BpeSettings settings
    )
    {
        this.vocabulary = vocabulary;
        this.merges = new MergeTable(merges);
        this.settings = settings;
        hasAffixes =
            !string.IsNullOrEmpty(settings.ContinuingPrefix) || !string.IsNullOrEmpty(settings.EndOfWordSuffix);
        for (var value = 0; value < 256; value++)
            byteIds[value] = vocabulary.Find(ByteAlphabet.Letter((byte)value).ToString());
        bytesDirectly = settings.ReadsBytes && !hasAffixes && !settings.ByteFallback && settings.UnknownId is null;
        if (settings.ByteFallback)
            fallbackIds =
            [
                .. Enumerable
                    .Range(0, 256)
                    .Select(value => vocabulary.Find("<0x" + value.ToString("X2", CultureInfo.InvariantCulture) + ">")),
            ];
        // Where no merge makes a token with a mark (▁) after something else, nothing is ever joined across the place
        // before a mark that follows another character: a long text can be cut there into words, which the cache then
        // knows, with the same ids.
        cutsBeforeMark =
            !settings.ReadsBytes
            && !hasAffixes
            && !settings.IgnoreMerges
            && vocabulary.Find(Mark.ToString()) >= 0
            && merges.All(merge => StaysBeforeMark(vocabulary.Tokens[merge.Id]!));
    }

    /// <summary>Appends the ids of a word.</summary>
    public void Encode(ReadOnlySpan<char> word, IdBuffer ids)
    {
        if (!cutsBeforeMark)
        {
            EncodeWord(word, ids);
            return;
        }
        while (word.Length > 0)
        {
            var end = NextCut(word);
            EncodeWord(word[..end], ids);
            word = word[end..];
        }
    }

    /// <summary>
    /// Appends the ids of a word without cutting it or asking the cache: the definition, which tests compare with.
    /// </summary>
    internal void EncodePlainly(ReadOnlySpan<char> word, IdBuffer ids)
    {
        if (settings.IgnoreMerges && WholeWord(word) is >= 0 and var whole)
        {
            ids.Add(whole);
            return;
        }
        var symbols = symbolsOfThread ??= new IdBuffer();
        symbols.Clear();
        if (bytesDirectly)
            AddBytes(word, symbols);
        else if (settings.ReadsBytes)
            AddCharacters(ByteAlphabet.Write(word), symbols);
        else
            AddCharacters(word, symbols);
        var work = symbols.Writable;
        ids.AddRange(work[..PairMerger.Merge(work, merges)]);
    }

    private static bool StaysBeforeMark(string token)
    {
        var firstOther = token.AsSpan().IndexOfAnyExcept(Mark);
        return firstOther < 0 || token.IndexOf(Mark, firstOther) < 0;
    }

    /// <summary>The end of the leading marks and all up to the next mark.</summary>
    private static int NextCut(ReadOnlySpan<char> word)
    {
        var other = word.IndexOfAnyExcept(Mark);
        if (other < 0)
            return word.Length;
        var mark = word[other..].IndexOf(Mark);
        return mark < 0 ? word.Length : other + mark;
    }

    private void EncodeWord(ReadOnlySpan<char> word, IdBuffer ids)
    {
        if (word.Length > WordCache.LongestWord)
        {
            EncodePlainly(word, ids);
            return;
        }
        if (cache.Find(word, out var place) is { } known)
        {
            ids.AddRange(known);
            return;
        }
        var start = ids.Count;
        EncodePlainly(word, ids);
        cache.Add(place, word, ids.Span[start..]);
    }

    private int WholeWord(ReadOnlySpan<char> word) =>
        vocabulary.Find(settings.ReadsBytes ? ByteAlphabet.Write(word) : word);

    /// <summary>Byte letters without a token vanish, as characters do where there is no unknown token.</summary>
    private void AddBytes(ReadOnlySpan<char> word, IdBuffer symbols)
    {
        var room = Encoding.UTF8.GetMaxByteCount(word.Length);
        var rented = room > 512 ? ArrayPool<byte>.Shared.Rent(room) : null;
        var bytes = rented ?? stackalloc byte[512];
        bytes = bytes[..Encoding.UTF8.GetBytes(word, bytes)];
        foreach (var value in bytes)
            if (byteIds[value] is >= 0 and var id)
                symbols.Add(id);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    private void AddCharacters(ReadOnlySpan<char> word, IdBuffer symbols)
    {
        var unknown = false; // one not yet written: it is only when a known character follows, or the word ends
        for (int i = 0, length; i < word.Length; i += length)
        {
            Unicode.UnicodeTable.Read(word, i, out length);
            var character = word.Slice(i, length);
            var id = hasAffixes
                ? vocabulary.Find(WithAffixes(character, i == 0, i + length == word.Length))
                : vocabulary.Find(character);
            if (id >= 0)
            {
                if (unknown)
                    symbols.Add(settings.UnknownId!.Value);
                unknown = false;
                symbols.Add(id);
            }
            else if (
                !TryFallback(
                    hasAffixes ? WithAffixes(character, i == 0, i + length == word.Length) : character,
                    symbols
                ) && settings.UnknownId is { } unknownId
            )
            {
                if (unknown && !settings.FuseUnknown)
                    symbols.Add(unknownId);
                unknown = true;
            }
        }
        if (unknown)
            symbols.Add(settings.UnknownId!.Value);
    }

    private string WithAffixes(ReadOnlySpan<char> character, bool first, bool last) =>
        string.Concat(first ? "" : settings.ContinuingPrefix, character, last ? settings.EndOfWordSuffix : "");

    private bool TryFallback(ReadOnlySpan<char> character, IdBuffer symbols)
    {
        if (fallbackIds is null)
            return false;
        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(character.Length)];
        bytes = bytes[..Encoding.UTF8.GetBytes(character, bytes)];
        foreach (var value in bytes)
            if (fallbackIds[value] < 0)
                return false;
        foreach (var value in bytes)
            symbols.Add(fallbackIds[value]);
        return true;
    }
}
