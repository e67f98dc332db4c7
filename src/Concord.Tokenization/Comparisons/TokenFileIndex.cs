using System.Runtime.InteropServices;
using Concord.Preferences;

namespace Concord.Tokenization.Comparisons;

/// <summary>
/// The index of a <see cref="TokenFile"/>: whose each comparison is, where its ids lie and what they hash to; names are
/// written once.
/// </summary>
internal static class TokenFileIndex
{
    private const byte Truncated = 1,
        ResponseCut = 2,
        HasMargin = 4,
        HasAnnotator = 8,
        HasLengths = 16;

    // names, line, prompt's length, flags, key, number of rows and of the prefix's ids
    private const int LeastBytes = 4 * sizeof(int) + 1 + 16 + 2 * sizeof(int);

    /// <summary>
    /// Comparisons and addition as bytes; the ids lie end to end after the file's header, in the order of the
    /// comparisons.
    /// </summary>
    public static byte[] Bytes(IReadOnlyList<IReadOnlyList<TokenizedComparison>> parts, byte[] about)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var comparison in parts.SelectMany(part => part))
        {
            names.TryAdd(comparison.Comparison.Source, names.Count);
            names.TryAdd(comparison.Comparison.Origin.File, names.Count);
            if (comparison.Comparison.Annotator is { } annotator)
                names.TryAdd(annotator, names.Count);
        }
        writer.Write(about.Length);
        writer.Write(about);
        writer.Write(names.Count);
        foreach (var name in names.Keys)
            WriteText(writer, name);
        writer.Write(parts.Count);
        foreach (var part in parts)
        {
            writer.Write(part.Count);
            foreach (var comparison in part)
                Write(writer, comparison, names);
        }
        return bytes.ToArray();
    }

    /// <summary>Reads what <see cref="Bytes"/> gave.</summary>
    /// <param name="file">The file it lies in.</param>
    /// <param name="index">The bytes.</param>
    /// <param name="endOfIds">Where the ids must end.</param>
    /// <exception cref="InvalidDataException">The index does not fit the file.</exception>
    public static (IReadOnlyList<IReadOnlyList<TokenizedComparison>> Parts, byte[] About) Read(
        TokenFile file,
        ReadOnlySpan<byte> index,
        long endOfIds
    )
    {
        var cursor = new IndexCursor(index);
        var about = cursor.Bytes();
        var names = new string[cursor.Count(sizeof(int))];
        for (var i = 0; i < names.Length; i++)
            names[i] = cursor.Text();
        var parts = new TokenizedComparison[cursor.Count(sizeof(int))][];
        var place = new Place(file, names, endOfIds);
        for (var part = 0; part < parts.Length; part++)
        {
            parts[part] = new TokenizedComparison[cursor.Count(LeastBytes)];
            for (var i = 0; i < parts[part].Length; i++)
                parts[part][i] = Read(ref cursor, place);
        }
        cursor.End();
        return place.Offset == endOfIds ? (parts, about) : throw IndexCursor.Damaged();
    }

    /// <summary>Where the next comparison's ids lie.</summary>
    private sealed class Place(TokenFile file, string[] names, long endOfIds)
    {
        public TokenFile File => file;

        public string[] Names => names;

        public int Number { get; private set; }

        public long Offset { get; private set; } = TokenFile.HeaderLength;

        /// <summary>Goes behind a comparison's ids.</summary>
        public void Skip(long ids)
        {
            if (ids > (endOfIds - Offset) / sizeof(int))
                throw IndexCursor.Damaged();
            Number++;
            Offset += ids * sizeof(int);
        }
    }

    private static void Write(BinaryWriter writer, TokenizedComparison tokenized, Dictionary<string, int> names)
    {
        var (comparison, lengths) = (tokenized.Comparison, tokenized.ResponseLengths);
        writer.Write(names[comparison.Source]);
        writer.Write(names[comparison.Origin.File]);
        writer.Write(comparison.Origin.Line);
        WriteText(writer, comparison.PromptId);
        writer.Write(
            (byte)(
                (tokenized.Truncated ? Truncated : 0)
                | (tokenized.ResponseCut ? ResponseCut : 0)
                | (comparison.Margin is not null ? HasMargin : 0)
                | (comparison.Annotator is not null ? HasAnnotator : 0)
                | (lengths is not null ? HasLengths : 0)
            )
        );
        if (comparison.Margin is { } margin)
            writer.Write(margin);
        if (comparison.Annotator is { } annotator)
            writer.Write(names[annotator]);
        var key = tokenized.ContentKey;
        writer.Write((ulong)key);
        writer.Write((ulong)(key >> 64));
        writer.Write(tokenized.RowCount);
        writer.Write(tokenized.PrefixLength);
        for (var row = 0; row < tokenized.RowCount; row++)
        {
            writer.Write(tokenized.RowLength(row) - tokenized.PrefixLength);
            writer.Write(tokenized.Scores[row]);
            if (lengths is not null)
                writer.Write(lengths[row]);
        }
    }

    private static TokenizedComparison Read(ref IndexCursor cursor, Place place)
    {
        var names = place.Names;
        string source = names[cursor.Below(names.Length)],
            origin = names[cursor.Below(names.Length)];
        var line = cursor.Int32();
        var prompt = cursor.Text();
        var flags = cursor.Byte();
        double? margin = (flags & HasMargin) != 0 ? cursor.Finite() : null;
        var annotator = (flags & HasAnnotator) != 0 ? names[cursor.Below(names.Length)] : null;
        var key = cursor.UInt128();
        var suffixes = new int[cursor.Count(sizeof(int) + sizeof(double))];
        var prefix = cursor.Length();
        var scores = new double[suffixes.Length];
        var lengths = (flags & HasLengths) != 0 ? new int[suffixes.Length] : null;
        long ids = prefix;
        var (number, begin) = (place.Number, place.Offset);
        for (var row = 0; row < suffixes.Length; row++)
        {
            ids += suffixes[row] = cursor.Length();
            scores[row] = cursor.Finite();
            if (lengths is not null)
                lengths[row] = cursor.Int32();
        }
        place.Skip(ids);
        var comparison = new Comparison
        {
            Source = source,
            Responses = [],
            Scores = scores,
            Margin = margin,
            Annotator = annotator,
            PromptId = prompt,
            Origin = new RecordOrigin(origin, line),
        };
        var stored = new StoredIds(place.File, number, begin, prefix, suffixes, key);
        return new TokenizedComparison(stored, comparison, scores)
        {
            Truncated = (flags & Truncated) != 0,
            ResponseCut = (flags & ResponseCut) != 0,
            ResponseLengths = lengths,
        };
    }

    // UTF-16 as it stands: a file's name may hold a lone surrogate
    private static void WriteText(BinaryWriter writer, string text)
    {
        writer.Write(text.Length);
        writer.Write(MemoryMarshal.AsBytes(text.AsSpan()));
    }
}
