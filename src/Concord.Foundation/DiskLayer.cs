namespace Concord.Foundation;

/// <summary>
/// What is asked of the file system to keep something: few operations, so that a test can let any of them fail.
/// </summary>
/// <remarks>This one asks the system itself.</remarks>
internal class DiskLayer
{
    /// <summary>Opens a file to write to it; what is at the place decides with <paramref name="mode"/>.</summary>
    public virtual Stream Open(string path, FileMode mode, FileShare share) =>
        new FileStream(
            path,
            mode,
            mode == FileMode.Append ? FileAccess.Write : FileAccess.ReadWrite,
            share,
            bufferSize: 1 << 16
        );

    /// <summary>Sees that what was written to a stream of <see cref="Open"/> is on the disk, not on its way.</summary>
    public virtual void Flush(Stream stream)
    {
        if (stream is FileStream file)
            file.Flush(flushToDisk: true);
        else
            stream.Flush();
    }

    /// <summary>Gives a file another name, in place of what has it.</summary>
    public virtual void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    /// <summary>Removes a file, if it is there.</summary>
    public virtual void Delete(string path) => File.Delete(path);

    /// <summary>Makes a folder and those above it, where they are not there.</summary>
    public virtual void CreateFolder(string path) => Directory.CreateDirectory(path);

    /// <summary>Gives a folder a name that nothing has.</summary>
    public virtual void RenameFolder(string from, string to) => Directory.Move(from, to);

    /// <summary>Removes a folder with all in it.</summary>
    public virtual void DeleteFolder(string path) => Directory.Delete(path, recursive: true);
}
