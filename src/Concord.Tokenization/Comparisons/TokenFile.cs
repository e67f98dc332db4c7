using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Concord.Foundation;

namespace Concord.Tokenization.Comparisons;

/// <summary>
/// Tokenized comparisons in one file that is mapped into memory: opening reads what says where and whose they are (some
/// hundred bytes a comparison); ids are read when a batch needs them.
/// </summary>
/// <remarks>
/// <para>Header of 64 bytes: magic (8), key (16), length of the file (8), offset of the index (8), length of the index
/// (8), XxHash128 of all this and the index (16). Then ids as 32-bit numbers, then the index
/// (<see cref="TokenFileIndex"/>). Little-endian. The hash is checked on opening and every comparison's own whenever
/// its ids are read, so that no damaged id is ever trained on.</para>
/// <para>A file is never changed, only replaced by renaming; who has it open keeps the old one. Safe for use by many
/// threads.</para>
/// </remarks>
public sealed unsafe class TokenFile : IDisposable
{
    internal const int HeaderLength = 64,
        HashOffset = 48;

    // "CNCTOK" and the version of the format
    internal const ulong Magic = 0x32304B4F54434E43;

    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;
    private readonly byte* start;
    private readonly Lock repairing = new();
    private IReadOnlyList<TokenizedComparison>? repaired;
    private bool disposed;

    private TokenFile(string path, MemoryMappedFile file, long length, UInt128 key)
    {
        Path = path;
        this.file = file;
        view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        start += view.PointerOffset;
        try
        {
            (Parts, About) = ReadIndex(length, key);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>
    /// The lists of comparisons that were written, in their order; their <see cref="TokenizedComparison.Comparison"/>
    /// has source, annotator, prompt, scores, margin and origin, but no texts.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<TokenizedComparison>> Parts { get; }

    /// <summary>What the writer added, as it was.</summary>
    public ReadOnlyMemory<byte> About { get; }

    /// <summary>
    /// Makes all comparisons of all parts anew where the ids of one turn out to be damaged; where null, that is an
    /// error.
    /// </summary>
    public Func<IReadOnlyList<TokenizedComparison>>? Repair { get; set; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">What it was written for.</param>
    /// <returns>Null where there is no file.</returns>
    /// <exception cref="InvalidDataException">It is damaged, or was written for another key; the message is half a
    /// sentence.</exception>
    /// <exception cref="ConcordException">It cannot be read.</exception>
    public static TokenFile? Open(string path, UInt128 key)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            var stream = new FileStream(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read | FileShare.Delete,
                bufferSize: 0
            );
            var length = stream.Length;
            if (length < HeaderLength)
            {
                stream.Dispose();
                throw new InvalidDataException("is cut off");
            }
            var file = MemoryMappedFile.CreateFromFile(
                stream,
                null,
                0,
                MemoryMappedFileAccess.Read,
                HandleInheritability.None,
                leaveOpen: false
            );
            try
            {
                return new TokenFile(path, file, length, key);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConcordException($"{path} cannot be read: {error.Message} Make it readable or delete it.", error);
        }
    }

    /// <summary>Writes a file; whoever writes at the same time writes the same.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">What it is written for.</param>
    /// <param name="parts">Lists of comparisons.</param>
    /// <param name="about">Anything else.</param>
    /// <exception cref="ConcordException">It cannot be written there.</exception>
    public static void Write(
        string path,
        UInt128 key,
        IReadOnlyList<IReadOnlyList<TokenizedComparison>> parts,
        ReadOnlySpan<byte> about
    )
    {
        ArgumentNullException.ThrowIfNull(parts);
        var added = about.ToArray();
        try
        {
            AtomicFile.Write(path, stream => WriteAll(stream, key, parts, added));
        }
        catch (IOException error)
        {
            throw new ConcordException(
                $"{path} cannot be written: {error.Message} Make room or name another place.",
                error
            );
        }
    }

    /// <summary>Copies ids out of the map, or out of what was made anew where they are damaged.</summary>
    internal (int[] Prefix, int[][] Suffixes) Read(StoredIds ids)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (repaired is null)
        {
            var place = ids.Offset;
            var prefix = Take(ref place, ids.PrefixLength);
            var suffixes = new int[ids.SuffixLengths.Length][];
            for (var row = 0; row < suffixes.Length; row++)
                suffixes[row] = Take(ref place, ids.SuffixLengths[row]);
            if (TokenizedComparison.KeyOf(prefix, suffixes) == ids.Key)
                return (prefix, suffixes);
        }
        lock (repairing)
            repaired ??=
                Repair?.Invoke() ?? throw new ConcordException($"{Path} is damaged; delete it and start again.");
        if (ids.Index < repaired.Count && repaired[ids.Index].ContentKey == ids.Key)
            return repaired[ids.Index].Ids;
        throw new ConcordException(
            $"{Path} is damaged, and the files it was made from have changed since; start again."
        );
    }

    private int[] Take(ref long place, int count)
    {
        var ids = new ReadOnlySpan<int>(start + place, count).ToArray();
        place += (long)count * sizeof(int);
        return ids;
    }

    private (IReadOnlyList<IReadOnlyList<TokenizedComparison>> Parts, byte[] About) ReadIndex(long length, UInt128 key)
    {
        var header = new ReadOnlySpan<byte>(start, HeaderLength);
        if (BinaryPrimitives.ReadUInt64LittleEndian(header) != Magic)
            throw new InvalidDataException("is of another version, or no file of tokens");
        if (BinaryPrimitives.ReadInt64LittleEndian(header[24..]) != length)
            throw new InvalidDataException("is cut off");
        long offset = BinaryPrimitives.ReadInt64LittleEndian(header[32..]),
            size = BinaryPrimitives.ReadInt64LittleEndian(header[40..]);
        if (offset < HeaderLength || size < 0 || size > int.MaxValue || offset + size != length)
            throw new InvalidDataException("is damaged");
        var index = new ReadOnlySpan<byte>(start + offset, (int)size);
        if (Hash(header[..HashOffset], index) != BinaryPrimitives.ReadUInt128LittleEndian(header[HashOffset..]))
            throw new InvalidDataException("is damaged");
        if (BinaryPrimitives.ReadUInt128LittleEndian(header[8..]) != key)
            throw new InvalidDataException("belongs to other data");
        return TokenFileIndex.Read(this, index, offset);
    }

    private static void WriteAll(
        Stream stream,
        UInt128 key,
        IReadOnlyList<IReadOnlyList<TokenizedComparison>> parts,
        byte[] about
    )
    {
        stream.Write(stackalloc byte[HeaderLength]);
        foreach (var comparison in parts.SelectMany(part => part))
        {
            var (prefix, suffixes) = comparison.Ids;
            stream.Write(MemoryMarshal.AsBytes(prefix.AsSpan()));
            foreach (var suffix in suffixes)
                stream.Write(MemoryMarshal.AsBytes(suffix.AsSpan()));
        }
        var (offset, index) = (stream.Position, TokenFileIndex.Bytes(parts, about));
        stream.Write(index);
        Span<byte> header = stackalloc byte[HeaderLength];
        BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt128LittleEndian(header[8..], key);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], stream.Position);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], offset);
        BinaryPrimitives.WriteInt64LittleEndian(header[40..], index.Length);
        BinaryPrimitives.WriteUInt128LittleEndian(header[HashOffset..], Hash(header[..HashOffset], index));
        stream.Position = 0;
        stream.Write(header);
    }

    private static UInt128 Hash(ReadOnlySpan<byte> header, ReadOnlySpan<byte> index)
    {
        var hash = new ContentHash();
        hash.Add(header);
        hash.Add(index);
        return hash.Value;
    }

    /// <summary>Closes the file; ids that are in it alone cannot be read any more.</summary>
    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file.Dispose();
    }
}
