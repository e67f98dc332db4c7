using Concord.Foundation;
using ZstdSharp;

namespace Concord.Preferences.Readers;

/// <summary>
/// A file compressed with zstd, unpacked; what is cut off or damaged is said like everywhere else, and what unpacks to
/// more than <see cref="Limits"/> allow.
/// </summary>
/// <param name="packed">The file; it can seek.</param>
internal sealed class ZstdInput(Stream packed) : ForwardStream
{
    private readonly DecompressionStream unpacked = new(packed, leaveOpen: true);
    private readonly UnpackLimit limit = new(() => packed.Position);

    public override int Read(Span<byte> buffer)
    {
        try
        {
            var read = unpacked.Read(buffer);
            limit.Add(read);
            return read;
        }
        catch (Exception error) when (error is ZstdException or EndOfStreamException)
        {
            throw new InvalidDataException("the zstd file is cut off or damaged; fetch it again.", error);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            unpacked.Dispose();
        base.Dispose(disposing);
    }
}
