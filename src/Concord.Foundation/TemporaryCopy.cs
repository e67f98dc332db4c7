namespace Concord.Foundation;

/// <summary>What comes once and cannot be gone back in (a pipe), in a file that is gone when closed.</summary>
public static class TemporaryCopy
{
    /// <summary>Reads a stream to its end.</summary>
    /// <param name="stream">The stream.</param>
    /// <returns>The copy, at its beginning.</returns>
    /// <exception cref="ConcordException">The disk has no room for it.</exception>
    public static FileStream Of(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var path = Path.Combine(Path.GetTempPath(), $"concord-{Path.GetRandomFileName()}");
        FileStream? copy = null;
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.Read | FileShare.Delete,
                Options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None,
            };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // nobody else's to read
            copy = new FileStream(path, options);
            // without a name it is gone with the process, however that ends
            if (!OperatingSystem.IsWindows())
                File.Delete(path);
            new EndlessInput(stream, Limits.Current.PipeBytes).CopyTo(copy);
            copy.Position = 0;
            return copy;
        }
        catch (InvalidDataException error)
        {
            copy?.Dispose();
            throw new ConcordException($"The input cannot be read: {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            copy?.Dispose();
            throw new ConcordException($"The input cannot be kept in {Path.GetTempPath()}: {error.Message}", error);
        }
    }
}
