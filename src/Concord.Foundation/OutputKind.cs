using System.Text.Json;

namespace Concord.Foundation;

/// <summary>A kind of file that Concord writes where a user says: what an earlier one is known by.</summary>
/// <param name="Name">With its article, for messages: "a file of scores".</param>
/// <param name="Holds">Whether a regular file that is not empty is of the kind.</param>
public sealed record OutputKind(string Name, Func<string, bool> Holds)
{
    private const int Longest = 64 << 20; // bytes of a document, or characters of a line: none of Concord's is as long

    /// <summary>JSON lines.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="isOne">Whether an object is a line of the kind; the first is looked at.</param>
    public static OutputKind Lines(string name, Func<JsonElement, bool> isOne) =>
        new(name, file => IsObject(FirstLine(file), isOne));

    /// <summary>One JSON object.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="keys">Keys that all of the kind have.</param>
    public static OutputKind Document(string name, params IReadOnlyList<string> keys) =>
        new(
            name,
            file =>
                new FileInfo(file).Length <= Longest
                && IsObject(File.ReadAllBytes(file), root => keys.All(key => root.TryGetProperty(key, out _)))
        );

    /// <summary>What is of this kind or of another, under this one's name.</summary>
    public OutputKind Or(OutputKind other) => this with { Holds = file => Holds(file) || other.Holds(file) };

    private static bool IsObject(ReadOnlyMemory<byte> text, Func<JsonElement, bool> isOne)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object && isOne(document.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static byte[] FirstLine(string file)
    {
        using var stream = File.OpenRead(file);
        var line = new List<byte>();
        var block = new byte[1 << 16];
        while (line.Count < Longest && stream.Read(block) is > 0 and var count)
        {
            var end = Array.IndexOf(block, (byte)'\n', 0, count);
            line.AddRange(block.AsSpan(0, end < 0 ? count : end));
            if (end >= 0)
                break;
        }
        return [.. line];
    }
}
