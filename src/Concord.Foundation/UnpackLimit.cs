namespace Concord.Foundation;

/// <summary>
/// Counts what a compressed file unpacks to, and ends it where no file of texts or numbers would go: a few kilobytes
/// can hold terabytes of one letter.
/// </summary>
/// <param name="packed">How many packed bytes were read so far.</param>
public sealed class UnpackLimit(Func<long> packed)
{
    /// <summary>Bytes unpacked so far.</summary>
    public long Unpacked { get; private set; }

    /// <summary>Counts bytes that were unpacked.</summary>
    /// <exception cref="InvalidDataException">They are more than <see cref="Limits"/> allow; half a
    /// sentence.</exception>
    public void Add(long count)
    {
        Unpacked = Math.Max(0, count) is var more && more <= long.MaxValue - Unpacked ? Unpacked + more : long.MaxValue;
        var limits = Limits.Current;
        if (Unpacked > limits.UnpackedBytes)
            throw new InvalidDataException(
                $"it unpacks to more than {Limits.Bytes(limits.UnpackedBytes)}. Where that is meant, raise "
                    + $"CONCORD_LIMIT_UNPACKED."
            );
        if (Unpacked > limits.UnpackFree && Unpacked / limits.UnpackRatio > packed())
            throw new InvalidDataException(
                $"it unpacks to more than {limits.UnpackRatio} times its size, as no file of texts does. Where that "
                    + $"is meant, unpack it first or raise CONCORD_LIMIT_UNPACK_RATIO."
            );
    }
}
