using Concord.Foundation;

namespace Concord.Preferences.Readers;

/// <summary>A file that can be opened as often as its reading needs.</summary>
/// <param name="Name">What it is called in messages.</param>
/// <param name="Open">Opens it at its beginning; the stream can seek.</param>
internal sealed record RepeatedFile(string Name, Func<Stream> Open)
{
    /// <summary>A file of a path, or standard input where the path is <c>-</c>. Pipes are read to their end into a
    /// temporary file first.</summary>
    public static RepeatedFile Of(string path) => new(path, () => PreferenceInput.Open(path));

    /// <summary>A stream that the caller holds; from where it stands.</summary>
    public static RepeatedFile Of(Stream stream, string name)
    {
        var whole = stream.CanSeek ? stream : TemporaryCopy.Of(stream);
        var start = whole.Position;
        return new RepeatedFile(
            name,
            () =>
            {
                whole.Position = start;
                return new LentStream(whole, start);
            }
        );
    }
}
