using System.Globalization;
using System.Text;
using Concord.Tokenization.Bpe;

namespace Concord.Tokenization.SentencePiece;

/// <summary>
/// SentencePiece's BPE: the merge whose piece has the highest score first, of equals the leftmost, over the whole text
/// at once.
/// </summary>
/// <remarks>
/// Scores become ranks of the merges of <see cref="BpeModel"/>. Control pieces (<c>&lt;s&gt;</c>) are never found in
/// text.
/// </remarks>
internal sealed class SentencePiecePipeline : TokenizerPipeline
{
    private const char Mark = '\u2581';

    private readonly SentencePieceModel source;
    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);
    private readonly string?[] tokens;
    private readonly int[] bytesById,
        idsByByte = new int[256];
    private readonly int unknownId,
        size;
    private readonly BpeModel model;
    private readonly AddedTokenFinder userDefined;
    private readonly string[] special;

    public SentencePiecePipeline(string file)
    {
        source = SentencePieceModel.Read(file);
        size = source.Pieces.Count;
        tokens = [.. source.Pieces.Select(piece => piece.Text)];
        bytesById = new int[size];
        Array.Fill(bytesById, -1);
        Array.Fill(idsByByte, -1);
        for (var id = 0; id < size; id++)
        {
            ids[source.Pieces[id].Text] = id;
            if (source.Pieces[id].Type != PieceType.Byte)
                continue;
            if (
                source.Pieces[id].Text is not ['<', '0', 'x', _, _, '>']
                || !byte.TryParse(
                    source.Pieces[id].Text.AsSpan(3, 2),
                    NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture,
                    out var value
                )
            )
                throw new ConcordException(
                    $"{file}: the byte piece '{source.Pieces[id].Text}' is not of the form <0x0A>. Fetch the "
                        + $"tokenizer's files again."
                );
            (bytesById[id], idsByByte[value]) = (value, id);
        }
        unknownId = IndexOf(PieceType.Unknown);
        if (unknownId < 0 || source.ByteFallback && idsByByte.Contains(-1))
            throw new ConcordException(
                $"{file} lacks the unknown piece or a byte piece. Fetch the tokenizer's files again."
            );
        special =
        [
            .. source
                .Pieces.Where(piece => piece.Type is PieceType.Control or PieceType.Unknown)
                .Select(piece => piece.Text),
        ];
        userDefined = new AddedTokenFinder(
            source
                .Pieces.Select((piece, id) => (piece, id))
                .Where(entry => entry.piece.Type == PieceType.UserDefined)
                .Select(entry =>
                    (entry.piece.Text, new AddedToken(entry.id, entry.piece.Text, false, false, false, false, false))
                )
        );
        model = MakeModel();
        var bos = ids.GetValueOrDefault("<s>", -1);
        PostProcessor =
            bos >= 0 && source.Pieces[bos].Type == PieceType.Control
                ? new PostProcessor([bos], [])
                : PostProcessor.None;
    }

    public override IReadOnlyList<string?> Tokens => tokens;

    public override IReadOnlyCollection<string> SpecialTokens => special;

    public override PostProcessor PostProcessor { get; }

    public override int Find(string token) => ids.GetValueOrDefault(token, -1);

    private int IndexOf(PieceType type)
    {
        for (var id = 0; id < size; id++)
            if (source.Pieces[id].Type == type)
                return id;
        return -1;
    }

    /// <summary>
    /// Every cut of a piece into two that are themselves pieces or characters is a merge; characters that are no piece
    /// get ids beyond the vocabulary.
    /// </summary>
    private BpeModel MakeModel()
    {
        var symbols = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < size; id++)
            if (source.Pieces[id].Type is PieceType.Normal or PieceType.UserDefined)
                symbols.TryAdd(source.Pieces[id].Text, id);
        var whole = symbols.ToArray();
        foreach (var (text, _) in whole)
        foreach (var rune in text.EnumerateRunes())
            if (!symbols.ContainsKey(rune.ToString()))
                symbols[rune.ToString()] = size + symbols.Count;
        var ranks = whole
            .Select(entry => source.Pieces[entry.Value].Score)
            .Distinct()
            .OrderDescending()
            .Select((score, rank) => (score, rank))
            .ToDictionary(entry => entry.score, entry => entry.rank);
        var vocabulary = new Vocabulary(symbols);
        var merges = new List<(int, int, int, int)>();
        foreach (var (text, id) in whole)
            for (var cut = 1; cut < text.Length; cut++)
            {
                int left = vocabulary.Find(text.AsSpan(0, cut)),
                    right = vocabulary.Find(text.AsSpan(cut));
                if (left >= 0 && right >= 0)
                    merges.Add((left, right, ranks[source.Pieces[id].Score], id));
            }
        return new BpeModel(vocabulary, merges, new BpeSettings { UnknownId = UnknownSymbol });
    }

    /// <summary>Stands for a character that is in no piece, until its bytes are written.</summary>
    private const int UnknownSymbol = int.MaxValue;

    public override void Encode(string text, IdBuffer output)
    {
        var normalized = Normalize(text);
        if (normalized.Length == 0)
            return;
        var stretches = new List<(PreTokenizers.Piece Piece, int Id)>();
        userDefined.Cut(new PreTokenizers.Piece(normalized, 0, normalized.Length, IsFirst: true), stretches);
        var symbols = new IdBuffer();
        var unknownBefore = false;
        foreach (var (stretch, id) in stretches)
        {
            if (id >= 0)
            {
                output.Add(id);
                unknownBefore = false;
                continue;
            }
            symbols.Clear();
            model.Encode(stretch.Span, symbols);
            WriteSymbols(stretch.Span, symbols.Span, output, ref unknownBefore);
        }
    }

    /// <summary>Symbols to ids; where one has no piece, its place in the text is needed for its bytes.</summary>
    private void WriteSymbols(
        ReadOnlySpan<char> text,
        ReadOnlySpan<int> symbols,
        IdBuffer output,
        ref bool unknownBefore
    )
    {
        if (symbols.IndexOfAnyInRange(size, int.MaxValue) < 0)
        {
            output.AddRange(symbols);
            if (symbols.Length > 0)
                unknownBefore = false;
            return;
        }
        var at = 0;
        Span<byte> bytes = stackalloc byte[8];
        foreach (var symbol in symbols)
        {
            if (symbol < size)
            {
                output.Add(symbol);
                unknownBefore = false;
                at += tokens[symbol]!.Length;
                continue;
            }
            Unicode.UnicodeTable.Read(text, at, out var length);
            if (source.ByteFallback)
                foreach (var value in bytes[..Encoding.UTF8.GetBytes(text.Slice(at, length), bytes)])
                    output.Add(idsByByte[value]);
            else if (!unknownBefore)
                output.Add(unknownId);
            unknownBefore = true;
            at += length;
        }
    }

    private string Normalize(string text)
    {
        if (source.RemoveExtraWhitespaces)
            text = string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        if (text.Length == 0)
            return text;
        return (source.AddDummyPrefix ? $"{Mark}{text}" : text).Replace(' ', Mark);
    }

    public override string Decode(ReadOnlySpan<int> output, bool skipSpecialTokens)
    {
        var text = new StringBuilder();
        var run = new List<byte>();
        bool expectsMark = source.AddDummyPrefix || source.RemoveExtraWhitespaces,
            markSeen = false;
        foreach (var id in output)
        {
            if ((uint)id >= (uint)size)
                continue;
            if (bytesById[id] >= 0)
            {
                run.Add((byte)bytesById[id]);
                continue;
            }
            FlushBytes(run, text);
            if (markSeen || text.Length > 0)
                expectsMark = false;
            markSeen = false;
            var piece = source.Pieces[id];
            if (piece.Type == PieceType.Control)
                continue;
            if (piece.Type == PieceType.Unknown)
            {
                text.Append(source.UnknownSurface);
                continue;
            }
            var surface = piece.Text;
            if (expectsMark && surface[0] == Mark)
            {
                // Where extra white space was removed, all leading marks go, not only the first.
                markSeen = !source.RemoveExtraWhitespaces;
                surface = surface[1..];
            }
            text.Append(surface.Replace(Mark, ' '));
        }
        FlushBytes(run, text);
        return text.ToString();
    }

    /// <summary>Bytes to text, one U+FFFD for each byte that belongs to no valid sequence.</summary>
    private static void FlushBytes(List<byte> run, StringBuilder text)
    {
        var rest = run.ToArray().AsSpan();
        while (rest.Length > 0)
        {
            var valid = Rune.DecodeFromUtf8(rest, out var rune, out var length) == System.Buffers.OperationStatus.Done;
            text.Append(valid ? rune.ToString() : "\uFFFD");
            rest = rest[(valid ? length : 1)..];
        }
        run.Clear();
    }
}
