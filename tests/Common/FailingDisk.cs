using Concord.Foundation;

namespace Concord.Tests;

/// <summary>
/// The file system until an operation that fails, as on a full disk; from there on every operation fails where the
/// process is to be dead.
/// </summary>
/// <param name="failing">Which operation fails, counted from 0.</param>
/// <param name="forGood">Whether all after it fail too: nothing is cleaned up then.</param>
internal sealed class FailingDisk(int failing, bool forGood) : DiskLayer
{
    /// <summary>How many operations were asked for.</summary>
    public int Count { get; private set; }

    public override Stream Open(string path, FileMode mode, FileShare share)
    {
        Pass($"open {path}");
        return new FailingStream(base.Open(path, mode, share), this);
    }

    public override void Flush(Stream stream)
    {
        Pass("flush");
        base.Flush(((FailingStream)stream).Inner);
    }

    public override void Rename(string from, string to)
    {
        Pass($"rename {from}");
        base.Rename(from, to);
    }

    public override void Delete(string path)
    {
        Pass($"delete {path}");
        base.Delete(path);
    }

    public override void CreateFolder(string path)
    {
        Pass($"create {path}");
        base.CreateFolder(path);
    }

    public override void RenameFolder(string from, string to)
    {
        Pass($"rename {from}");
        base.RenameFolder(from, to);
    }

    public override void DeleteFolder(string path)
    {
        Pass($"delete {path}");
        base.DeleteFolder(path);
    }

    /// <summary>
    /// Lets each operation of <paramref name="write"/> fail in turn, in a fresh folder with the old state, and looks
    /// each time at what is left.
    /// </summary>
    /// <param name="prepare">Makes the old state in a folder.</param>
    /// <param name="write">Writes the new state there.</param>
    /// <param name="check">Told the folder, and whether the writing was said to have failed.</param>
    /// <param name="step">1 for every operation, n for every nth.</param>
    /// <returns>How many operations the writing takes.</returns>
    public static int AtEveryOperation(
        Action<string> prepare,
        Action<string> write,
        Action<string, bool> check,
        int step = 1
    )
    {
        for (var operation = 0; ; operation += step)
        {
            var count = 0;
            foreach (var forGood in (bool[])[false, true])
            {
                var folder = Directory.CreateTempSubdirectory("concord-faults-").FullName;
                try
                {
                    prepare(folder);
                    var layer = new FailingDisk(operation, forGood);
                    var failed = false;
                    using (Disk.Use(layer))
                    {
                        try
                        {
                            write(folder);
                        }
                        catch (Exception error) when (error is ConcordException or IOException)
                        {
                            failed = true;
                        }
                    }
                    count = layer.Count;
                    check(folder, failed);
                }
                finally
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
            if (count <= operation)
                return count;
        }
    }

    private void Pass(string what)
    {
        var now = Count++;
        if (now == failing || (forGood && now > failing))
            throw new IOException($"No space left on device ({what}).");
    }

    private sealed class FailingStream(Stream inner, FailingDisk layer) : Stream
    {
        public Stream Inner => inner;

        public override bool CanRead => inner.CanRead;

        public override bool CanSeek => inner.CanSeek;

        public override bool CanWrite => inner.CanWrite;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => inner.Position = value;
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value)
        {
            layer.Pass("set length");
            inner.SetLength(value);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            layer.Pass("write");
            inner.Write(buffer);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
