using System.Buffers.Binary;
using System.IO.Compression;

namespace Concord.Foundation;

/// <summary>
/// A gzipped file, unpacked. Unlike .NET's own stream it says when the file is cut off, as a half download must not
/// pass for a small data set, and when it unpacks to more than <see cref="Limits"/> allow.
/// </summary>
public sealed class GzipInput : ForwardStream
{
    private readonly Packed packed;
    private readonly GZipStream unpacked;
    private readonly UnpackLimit limit;
    private bool ended;

    /// <summary>Unpacks a stream from where it stands; the stream stays open.</summary>
    public GzipInput(Stream source)
    {
        packed = new Packed(source);
        unpacked = new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true);
        limit = new UnpackLimit(() => packed.Taken);
    }

    /// <summary>Whether bytes begin as a gzip file does.</summary>
    public static bool Begins(ReadOnlySpan<byte> bytes) => bytes is [0x1F, 0x8B, ..];

    /// <inheritdoc />
    /// <exception cref="InvalidDataException">The file is damaged, cut off, or unpacks to too much; half a
    /// sentence.</exception>
    public override int Read(Span<byte> buffer)
    {
        int read;
        try
        {
            read = unpacked.Read(buffer);
        }
        catch (InvalidDataException error) when (!packed.Failed)
        {
            throw new InvalidDataException("the gzip file is cut off or damaged; fetch it again.", error);
        }
        limit.Add(read);
        if (read > 0 || buffer.IsEmpty || ended)
            return read;
        ended = true;
        if (!packed.IsWhole(limit.Unpacked))
            throw new InvalidDataException("the gzip file is cut off or damaged; fetch it again.");
        return 0;
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            unpacked.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>The packed bytes on their way, of which is kept what tells whether all have come.</summary>
    private sealed class Packed(Stream source) : ForwardStream
    {
        private const int Header = 10,
            Trailer = 4;

        // the last bytes, so that a header or trailer that two reads share is seen
        private readonly byte[] tail = new byte[Trailer];
        private bool hasAnotherHeader;

        public long Taken { get; private set; }

        public bool Failed { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            int count;
            try
            {
                count = source.Read(buffer);
            }
            catch
            {
                Failed = true;
                throw;
            }
            Note(buffer[..count]);
            return count;
        }

        // A gzip file ends with its unpacked length modulo 2^32. Where several were laid end to end that is the last
        // one's length; another header inside tells that this may be so.
        public bool IsWhole(long length) =>
            Taken >= Header + 2 * Trailer
            && (BinaryPrimitives.ReadUInt32LittleEndian(tail) == (uint)length || hasAnotherHeader);

        private void Note(ReadOnlySpan<byte> bytes)
        {
            Span<byte> seam = stackalloc byte[2 * Trailer];
            var before = (int)Math.Min(Taken, Trailer);
            tail.AsSpan(Trailer - before).CopyTo(seam);
            var after = Math.Min(bytes.Length, Trailer);
            bytes[..after].CopyTo(seam[before..]);
            seam = seam[..(before + after)];
            // the file's own header is not another one
            if (!hasAnotherHeader)
                hasAnotherHeader =
                    HasHeader(Taken <= Trailer ? seam[Math.Min(1, seam.Length)..] : seam)
                    || HasHeader(Taken == 0 && bytes.Length > 0 ? bytes[1..] : bytes);
            if (bytes.Length >= Trailer)
                bytes[^Trailer..].CopyTo(tail);
            else
            {
                tail.AsSpan(bytes.Length).CopyTo(tail);
                bytes.CopyTo(tail.AsSpan(Trailer - bytes.Length));
            }
            Taken += bytes.Length;
        }

        // deflate, and none of the reserved flags
        private static bool HasHeader(ReadOnlySpan<byte> bytes)
        {
            ReadOnlySpan<byte> header = [0x1F, 0x8B, 8];
            while (bytes.IndexOf(header) is >= 0 and var at)
            {
                bytes = bytes[(at + 3)..];
                if (bytes is [< 32, ..])
                    return true;
            }
            return false;
        }
    }
}
