using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>How a record is parsed.</summary>
internal static class RecordJson
{
    /// <summary>Trees of replies nest two levels a turn; .NET's own limit of 64 would refuse long dialogues.</summary>
    public const int Depth = 512;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = Depth };

    /// <summary>Parses one.</summary>
    /// <exception cref="JsonException">It is no JSON, or nests too deep.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> record) => JsonDocument.Parse(record, Options);

    /// <summary>What is wrong, in one sentence: .NET appends the position, which is said better in front.</summary>
    public static string Said(JsonException error) => error.Message.Split(". ", 2)[0].TrimEnd('.') + ".";
}
