using System.Text.Json;
using Concord.Foundation;

namespace Concord.Preferences.Readers;

/// <summary>How a record is parsed.</summary>
internal static class RecordJson
{
    /// <summary>Parses one; what no text can hold in it is mended first.</summary>
    /// <exception cref="JsonException">It is no JSON, or nests too deep.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> record) => JsonBytes.Parse(record);
}
