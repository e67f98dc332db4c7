using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Concord.Foundation;

namespace Concord.Runs.Rendering;

/// <summary>A file that is rendered, read as lines; gzipped or not.</summary>
internal sealed class RenderInput : IDisposable
{
    private readonly string file;
    private readonly StreamReader reader;
    private readonly List<string> first = [];

    /// <exception cref="ConcordException">It is not there or cannot be read.</exception>
    public RenderInput(string file)
    {
        this.file = file;
        reader = Open(file);
        HoldsRequests = FirstLine() is { } line && IsRequest(line);
    }

    /// <summary>Whether its first line is a request, so that all are.</summary>
    public bool HoldsRequests { get; }

    /// <summary>Its lines with their numbers, from 1; empty ones left out.</summary>
    public IEnumerable<(int Number, string Text)> Lines()
    {
        var number = 0;
        foreach (var line in first)
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
                yield return (number, line);
        }
        while (Next() is { } line)
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
                yield return (number, line);
        }
    }

    public void Dispose() => reader.Dispose();

    private string? FirstLine()
    {
        while (Next() is { } line)
        {
            first.Add(line);
            if (!string.IsNullOrWhiteSpace(line))
                return line;
        }
        return null;
    }

    // A line is bounded as a record is: a device has no end of line.
    private string? Next()
    {
        try
        {
            var line = new StringBuilder();
            for (int unit; (unit = reader.Read()) >= 0; )
            {
                if (unit == '\n')
                    return line.ToString();
                if (line.Length >= Limits.Current.RecordBytes)
                    throw new ConcordException(
                        $"{file} has a line longer than {Limits.Current.RecordBytes} characters; JSON lines were expected "
                            + $"(CONCORD_LIMIT_RECORD)."
                    );
                line.Append((char)unit);
            }
            return line.Length > 0 ? line.ToString() : null;
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            throw new ConcordException($"{file} cannot be read: {error.Message}", error);
        }
    }

    private static bool IsRequest(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object
                && (Has(root, "messages") || Has(root, "conversations"))
                && !Has(root, "responses")
                && !Has(root, "response_ids")
                && !Has(root, "chosen")
                && !Has(root, "rejected");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool Has(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    private static StreamReader Open(string file)
    {
        var stream =
            file == "-" ? Console.OpenStandardInput() : InputFile.Open(file, "a file of conversations or comparisons");
        if (file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            stream = new GZipStream(stream, CompressionMode.Decompress);
        return new StreamReader(stream, Encoding.UTF8);
    }
}
