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
        Stream index,
        long endOfIds
    )
    {
        using var reader = new BinaryReader(index);
        var about = reader.ReadBytes(reader.ReadInt32());
        var names = new string[reader.ReadInt32()];
        for (var i = 0; i < names.Length; i++)
            names[i] = ReadText(reader);
        var parts = new TokenizedComparison[reader.ReadInt32()][];
        var (number, offset) = (0, (long)TokenFile.HeaderLength);
        for (var part = 0; part < parts.Length; part++)
        {
            parts[part] = new TokenizedComparison[reader.ReadInt32()];
            for (var i = 0; i < parts[part].Length; i++)
                parts[part][i] = Read(reader, file, names, number++, ref offset);
        }
        return offset == endOfIds ? (parts, about) : throw new InvalidDataException("is damaged");
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

    private static TokenizedComparison Read(
        BinaryReader reader,
        TokenFile file,
        string[] names,
        int number,
        ref long offset
    )
    {
        string source = names[reader.ReadInt32()],
            origin = names[reader.ReadInt32()];
        var line = reader.ReadInt32();
        var prompt = ReadText(reader);
        var flags = reader.ReadByte();
        double? margin = (flags & HasMargin) != 0 ? reader.ReadDouble() : null;
        var annotator = (flags & HasAnnotator) != 0 ? names[reader.ReadInt32()] : null;
        UInt128 key = reader.ReadUInt64();
        key |= (UInt128)reader.ReadUInt64() << 64;
        var suffixes = new int[reader.ReadInt32()];
        var prefix = reader.ReadInt32();
        var scores = new double[suffixes.Length];
        var lengths = (flags & HasLengths) != 0 ? new int[suffixes.Length] : null;
        long ids = prefix,
            begin = offset;
        for (var row = 0; row < suffixes.Length; row++)
        {
            ids += suffixes[row] = reader.ReadInt32();
            scores[row] = reader.ReadDouble();
            if (lengths is not null)
                lengths[row] = reader.ReadInt32();
        }
        offset += ids * sizeof(int);
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
        return new TokenizedComparison(new StoredIds(file, number, begin, prefix, suffixes, key), comparison, scores)
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

    private static string ReadText(BinaryReader reader) =>
        new(MemoryMarshal.Cast<byte, char>(reader.ReadBytes(2 * reader.ReadInt32())));
}
