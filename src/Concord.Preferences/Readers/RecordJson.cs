using System.Text.Json;
using Concord.Foundation;

namespace Concord.Preferences.Readers;

/// <summary>How a record is parsed.</summary>
internal static class RecordJson
{
    /// <summary>Parses one; what no text can hold in it is mended first.</summary>
    /// <exception cref="JsonException">It is no JSON, or nests too deep.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> record) => JsonBytes.Parse(record);

    /// <summary>What is wrong, in one sentence: .NET appends the position, which is said better in front.</summary>
    public static string Said(JsonException error) => error.Message.Split(". ", 2)[0].TrimEnd('.') + ".";
}
