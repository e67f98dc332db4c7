namespace Concord.Foundation;

/// <summary>What a pipe or a device gives, up to a limit: it may have no end.</summary>
internal sealed class EndlessInput(Stream source, long most) : ForwardStream
{
    private long taken;

    public override int Read(Span<byte> buffer)
    {
        if (taken < most)
        {
            var count = source.Read(buffer[..(int)Math.Min(buffer.Length, most - taken)]);
            taken += count;
            return count;
        }
        Span<byte> more = stackalloc byte[1];
        return source.Read(more) == 0
            ? 0
            : throw new InvalidDataException(
                $"it is a pipe or device that gave more than {Limits.Bytes(most)} and seems to have no end. Put what "
                    + $"it gives into a file, or raise CONCORD_LIMIT_PIPE."
            );
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            source.Dispose();
        base.Dispose(disposing);
    }
}
