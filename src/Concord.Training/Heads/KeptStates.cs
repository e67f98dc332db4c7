using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Concord.Foundation;

namespace Concord.Training.Heads;

/// <summary>
/// Hidden states of batches in the order in which they are computed, kept in a file until the head is found: a run that
/// is stopped before it has a checkpoint does not compute them twice.
/// </summary>
/// <remarks>
/// The first line says what they are of; each batch stands after its checksum. What is torn or damaged, and all that
/// comes after it, is computed again. Where nothing can be kept the run goes on without.
/// </remarks>
internal sealed class KeptStates : IDisposable
{
    private readonly string path;
    private readonly Action<string> say;
    private Stream? stream;
    private bool reading;
    private long end; // of what is whole

    /// <summary>Opens the file, or begins it where it is of something else.</summary>
    /// <param name="path">The file; its folder is there.</param>
    /// <param name="key">What decides the states, in one line.</param>
    /// <param name="say">Told why nothing is kept.</param>
    public KeptStates(string path, string key, Action<string> say)
    {
        (this.path, this.say) = (path, say);
        var header = Encoding.UTF8.GetBytes(key + "\n");
        Guarded(() =>
        {
            stream = Disk.Open(path, FileMode.OpenOrCreate, FileShare.None);
            var found = new byte[header.Length];
            stream.ReadAtLeast(found, found.Length, throwOnEndOfStream: false);
            reading = found.AsSpan().SequenceEqual(header);
            end = header.Length;
            if (reading)
                return;
            stream.SetLength(0);
            stream.Position = 0;
            stream.Write(header);
        });
    }

    /// <summary>Takes the next batch from the file; false where it is not there, or damaged, and for all after
    /// it.</summary>
    /// <param name="states">Gets its numbers, all or none that count.</param>
    public bool TryTake(Span<float> states)
    {
        if (!reading || stream is null)
            return false;
        var bytes = MemoryMarshal.AsBytes(states);
        Span<byte> checksum = stackalloc byte[sizeof(ulong)];
        try
        {
            if (
                stream.ReadAtLeast(checksum, checksum.Length, throwOnEndOfStream: false) == checksum.Length
                && stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length
                && XxHash64.HashToUInt64(bytes) == BinaryPrimitives.ReadUInt64LittleEndian(checksum)
            )
            {
                end += checksum.Length + bytes.Length;
                return true;
            }
        }
        catch (IOException)
        {
            // as what is damaged
        }
        reading = false;
        Guarded(() =>
        {
            stream.SetLength(end);
            stream.Position = end;
        });
        return false;
    }

    /// <summary>Keeps a batch that was computed.</summary>
    public void Keep(ReadOnlySpan<float> states)
    {
        if (stream is null)
            return;
        var bytes = MemoryMarshal.AsBytes(states).ToArray();
        var checksum = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(checksum, XxHash64.HashToUInt64(bytes));
        Guarded(() =>
        {
            stream.Write(checksum);
            stream.Write(bytes);
            stream.Flush();
        });
    }

    /// <summary>Removes the file: the head is found.</summary>
    public void Remove()
    {
        Dispose();
        Guarded(() => Disk.Delete(path));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            stream?.Dispose();
        }
        catch (IOException)
        {
            // closing writes once more on a full disk
        }
        stream = null;
    }

    private void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Dispose();
            say($"{path}: hidden states are not kept there, a stopped run computes them again: {error.Message}");
        }
    }
}
