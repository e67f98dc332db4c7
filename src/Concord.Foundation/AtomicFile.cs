using System.Text;

namespace Concord.Foundation;

/// <summary>
/// Writes files beside their place and renames them into it: a reader sees the whole old file or the whole new one,
/// whenever the writer is stopped.
/// </summary>
public static class AtomicFile
{
    // Named after its target, so that what a killed run left behind can be told; the random part keeps two writers
    // apart.
    private const string Suffix = ".partial";

    // what .NET reports where another has a file locked
    private const int WouldBlockLinux = 11;
    private const int WouldBlockMac = 35;
    private const int SharingViolation = unchecked((int)0x80070020);

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes a text as UTF-8 without a byte order mark.</summary>
    /// <exception cref="ConcordException">The file cannot be written there.</exception>
    public static void WriteText(string path, string text) => WriteBytes(path, Utf8.GetBytes(text));

    /// <summary>Writes bytes.</summary>
    /// <exception cref="ConcordException">The file cannot be written there.</exception>
    public static void WriteBytes(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = Create(path, out var beside);
        var done = false;
        try
        {
            file.Write(bytes);
            Commit(file, beside, path);
            done = true;
        }
        finally
        {
            if (!done)
                Discard(file, beside);
        }
    }

    /// <summary>
    /// Writes what <paramref name="write"/> puts into the stream; if it throws, the file at <paramref name="path"/>
    /// stays as it was.
    /// </summary>
    /// <exception cref="ConcordException">The file cannot be written there.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        using var file = Create(path, out var beside);
        var done = false;
        try
        {
            write(file);
            Commit(file, beside, path);
            done = true;
        }
        finally
        {
            if (!done)
                Discard(file, beside);
        }
    }

    /// <summary>
    /// As <see cref="Write(string, Action{Stream})"/> for lines of text (UTF-8, no byte order mark, <c>\n</c>).
    /// </summary>
    /// <exception cref="ConcordException">The file cannot be written there.</exception>
    public static void WriteLines(string path, IEnumerable<string> lines) =>
        Write(
            path,
            stream =>
            {
                using var writer = new StreamWriter(stream, Utf8, bufferSize: 1 << 16, leaveOpen: true)
                {
                    NewLine = "\n",
                };
                foreach (var line in lines)
                    writer.WriteLine(line);
            }
        );

    /// <summary>Says before long work that a file could not be written there; makes its folder.</summary>
    /// <exception cref="ConcordException">The file cannot be written there.</exception>
    public static void Check(string path)
    {
        using var file = Create(path, out var beside);
        Discard(file, beside);
    }

    /// <summary>
    /// Removes what killed writers left of any file in a folder where nothing but these methods writes: who is still
    /// at work keeps its own.
    /// </summary>
    /// <param name="folder">The folder; need not exist.</param>
    public static void RemoveLeft(string folder)
    {
        if (Directory.Exists(folder))
            RemoveLeft(folder, "*");
    }

    // Known by the whole name that is given below and by being held by nobody. What cannot be removed stays.
    private static void RemoveLeft(string folder, string name)
    {
        try
        {
            foreach (var left in Directory.EnumerateFiles(folder, $"{name}.*{Suffix}"))
                RemoveIfLeft(left);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // the writing itself says what is wrong with the folder
        }
    }

    private static void RemoveIfLeft(string path)
    {
        var name = Path.GetFileName(path)[..^Suffix.Length];
        var mark = name.LastIndexOf('.') + 1;
        if (!Guid.TryParseExact(name[mark..], "N", out _) || new FileInfo(path).LinkTarget is not null)
            return;
        try
        {
            using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0))
                // a writer takes its lock after it has made its file: while this one is held it sees that it lost it
                if (!OperatingSystem.IsWindows())
                    Disk.Delete(path);
            if (OperatingSystem.IsWindows())
                Disk.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // it is being written
        }
    }

    private static Stream Create(string path, out string beside)
    {
        try
        {
            var full = Path.GetFullPath(path);
            if (Directory.Exists(full))
                throw new ConcordException($"{path} is a folder; a file was to be written there. Name a file.");
            Disk.CreateFolder(Path.GetDirectoryName(full)!);
            RemoveLeft(Path.GetDirectoryName(full)!, Path.GetFileName(full));
            while (true)
            {
                beside = $"{full}.{Guid.NewGuid():N}{Suffix}";
                if (Held(beside) is { } file)
                    return file;
            }
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ConcordException(
                $"{path} cannot be written: {error.Message} Name another place, or make this one writable.",
                error
            );
        }
    }

    // null where another took the file for one that was left, before it was held
    private static Stream? Held(string beside)
    {
        Stream file;
        try
        {
            file = Disk.Open(beside, FileMode.CreateNew, FileShare.Read | FileShare.Delete);
        }
        catch (IOException error) when (error.HResult is WouldBlockLinux or WouldBlockMac or SharingViolation)
        {
            return null;
        }
        if (File.Exists(beside))
            return file;
        file.Dispose();
        return null;
    }

    private static void Commit(Stream file, string beside, string path)
    {
        try
        {
            Disk.Flush(file);
            Disk.Rename(beside, path); // still held: another writer would take it for a killed one's otherwise
            file.Dispose();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConcordException(
                $"{path} cannot be written: {error.Message} Make room or name another place.",
                error
            );
        }
    }

    private static void Discard(Stream file, string beside)
    {
        try
        {
            file.Dispose();
        }
        catch (IOException)
        {
            // Closing flushes once more and fails again on a full disk; the first error is the one to show.
        }
        try
        {
            Disk.Delete(beside);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What cannot be removed stays, under a name that says what it is.
        }
    }
}
