using System.IO.Compression;
using System.Text;
using System.Text.Json;

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

    private string? Next()
    {
        try
        {
            return reader.ReadLine();
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
        if (Directory.Exists(file))
            throw new ConcordException($"{file} is a folder; a file of conversations or comparisons was expected.");
        try
        {
            var stream = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            if (file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
                stream = new GZipStream(stream, CompressionMode.Decompress);
            return new StreamReader(stream, Encoding.UTF8);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ConcordException($"{file} does not exist; a file of conversations or comparisons was expected.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConcordException($"{file} cannot be read: {error.Message}", error);
        }
    }
}
