using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace Concord.Modeling.Files.Gguf;

/// <summary>One open GGUF file, whose tensors are read in parts.</summary>
internal sealed class GgufFile : IDisposable
{
    private const int FirstPrefix = 1 << 20,
        LargestHeader = 1 << 28;

    private readonly SafeFileHandle handle;

    private GgufFile(SafeFileHandle handle, GgufHeader header) => (this.handle, Header) = (handle, header);

    public GgufHeader Header { get; }

    /// <summary>Opens a file and checks its header against its length.</summary>
    /// <exception cref="ConcordException">The file cannot be read, or its header is not as the format says.</exception>
    public static GgufFile Open(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            var file = new GgufFile(handle, ReadHeader(handle, path));
            handle = null;
            return file;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConcordException($"{path} cannot be read: {error.Message}", error);
        }
        finally
        {
            handle?.Dispose();
        }
    }

    /// <summary>Reads some elements of a tensor as fp32.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="first">The first element; the start of a block.</param>
    /// <param name="count">How many; whole blocks, at most 2^28.</param>
    /// <returns>A new tensor of one dimension, owned by the caller.</returns>
    /// <exception cref="ConcordException">The bytes cannot be read, or hold a value that is not finite.</exception>
    public Tensor Read(GgufTensor tensor, long first, long count)
    {
        var type = tensor.Type;
        var bytes = new byte[count / type.BlockElements * type.BlockBytes];
        var values = empty(count, dtype: ScalarType.Float32, device: CPU);
        try
        {
            var offset = tensor.Offset + first / type.BlockElements * type.BlockBytes;
            for (var read = 0; read < bytes.Length; )
            {
                var step = RandomAccess.Read(handle, bytes.AsSpan(read), offset + read);
                if (step == 0)
                    throw new EndOfStreamException("the file has become shorter since it was opened.");
                read += step;
            }
            var decoded = MemoryMarshal.Cast<byte, float>(values.bytes);
            type.Decode(bytes, decoded);
            if (!AllFinite(decoded))
                throw new ConcordException(
                    $"{Header.File}: tensor \"{tensor.Name}\" holds a value that is not a finite number. The file "
                        + $"is damaged: download it again."
                );
            return values;
        }
        catch (IOException error)
        {
            values.Dispose();
            throw new ConcordException(
                $"{Header.File}: tensor \"{tensor.Name}\" cannot be read: {error.Message}",
                error
            );
        }
        catch (ConcordException)
        {
            values.Dispose();
            throw;
        }
    }

    /// <summary>Whether two tensors hold the same bytes.</summary>
    public bool SameBytes(GgufTensor a, GgufTensor b)
    {
        if (a.Type != b.Type || !a.Shape.AsSpan().SequenceEqual(b.Shape))
            return false;
        byte[] left = new byte[1 << 20],
            right = new byte[1 << 20];
        for (long done = 0; done < a.Bytes; done += left.Length)
        {
            var count = (int)Math.Min(left.Length, a.Bytes - done);
            var first = RandomAccess.Read(handle, left.AsSpan(0, count), a.Offset + done);
            var second = RandomAccess.Read(handle, right.AsSpan(0, count), b.Offset + done);
            if (first < count || second < count || !left.AsSpan(0, count).SequenceEqual(right.AsSpan(0, count)))
                return false;
        }
        return true;
    }

    public void Dispose() => handle.Dispose();

    // Zero times a value is zero unless the value is infinite or not a number, and then no sum undoes it.
    private static bool AllFinite(ReadOnlySpan<float> values)
    {
        var sum = 0f;
        foreach (var value in values)
            sum += 0 * value;
        return sum == 0;
    }

    private static GgufHeader ReadHeader(SafeFileHandle handle, string path)
    {
        var length = RandomAccess.GetLength(handle);
        // The header does not say how long it is: more is read until it fits.
        for (long size = FirstPrefix; ; size *= 4)
        {
            var prefix = new byte[Math.Min(size, length)];
            var filled = 0;
            while (
                filled < prefix.Length && RandomAccess.Read(handle, prefix.AsSpan(filled), filled) is > 0 and var step
            )
                filled += step;
            if (GgufHeader.Parse(prefix.AsSpan(0, filled), length, path) is { } header)
                return header;
            if (size >= LargestHeader)
                throw new ConcordException(
                    $"{path}: its header has more than {LargestHeader} bytes, more than any model needs. The file "
                        + $"is damaged."
                );
        }
    }
}
