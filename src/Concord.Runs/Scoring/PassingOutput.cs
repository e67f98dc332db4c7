using System.Text;
using System.Text.Json;
using Concord.Foundation;

namespace Concord.Runs.Scoring;

/// <summary>
/// Lines that go where nothing can be gone on with: standard output, a pipe, a device. Each is handed on when it is
/// whole.
/// </summary>
internal sealed class PassingOutput : IScoreLines
{
    private readonly Stream? stream;
    private readonly TextWriter? text;
    private readonly LineBuffer line = new();

    /// <summary>Opens the place.</summary>
    /// <param name="place">No regular file.</param>
    /// <param name="standard">Who has standard output; null for the process's own.</param>
    /// <exception cref="ConcordException">It cannot be opened.</exception>
    public PassingOutput(OutputPlace place, TextWriter? standard)
    {
        if (place.IsStandardOutput && standard is not null)
            text = standard;
        else
            stream = place.Open();
    }

    /// <inheritdoc/>
    public int Lines { get; private set; }

    /// <inheritdoc/>
    public int Errors => 0;

    /// <inheritdoc/>
    public void WriteLine(Action<Utf8JsonWriter> write, bool holdsError)
    {
        var bytes = line.Write(write);
        Lines++;
        if (text is not null)
        {
            text.Write(Encoding.UTF8.GetString(bytes) + "\n");
            text.Flush();
            return;
        }
        // one write a line, so that a reader of a pipe never waits for the rest of one
        var whole = new byte[bytes.Length + 1];
        bytes.CopyTo(whole);
        whole[^1] = (byte)'\n';
        stream!.Write(whole);
    }

    /// <inheritdoc/>
    public void Complete() => stream?.Flush();

    /// <inheritdoc/>
    public void Dispose() => stream?.Dispose();
}
