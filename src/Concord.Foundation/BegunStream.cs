namespace Concord.Foundation;

/// <summary>A stream whose first bytes were looked at and cannot be gone back to: they come once more.</summary>
public sealed class BegunStream : ForwardStream
{
    private readonly byte[] begin;
    private readonly Stream rest;
    private int given;

    /// <summary>A stream that begins with these bytes; <paramref name="rest"/> stays open.</summary>
    public BegunStream(ReadOnlySpan<byte> begin, Stream rest) => (this.begin, this.rest) = (begin.ToArray(), rest);

    /// <inheritdoc />
    public override int Read(Span<byte> buffer)
    {
        if (given == begin.Length)
            return rest.Read(buffer);
        var count = Math.Min(buffer.Length, begin.Length - given);
        begin.AsSpan(given, count).CopyTo(buffer);
        given += count;
        return count;
    }
}
