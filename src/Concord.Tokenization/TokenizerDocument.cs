using System.Text.Json;
using Concord.Foundation;

namespace Concord.Tokenization;

/// <summary>A JSON file of a tokenizer, parsed.</summary>
internal static class TokenizerDocument
{
    /// <summary>Parses a file; its names and texts can all be read.</summary>
    /// <exception cref="ConcordException">It cannot be read, is too large, or is not valid JSON.</exception>
    public static JsonDocument Parse(string file)
    {
        var bytes = InputFile.ReadBytes(file, "a tokenizer's JSON file");
        try
        {
            if (!JsonBytes.IsUnicode(bytes))
                throw new JsonException("It holds a text that is not valid Unicode.");
            return JsonDocument.Parse(bytes);
        }
        catch (JsonException error)
        {
            throw new ConcordException(
                $"{file} is not valid JSON{JsonErrors.Place(error)}: {JsonErrors.Said(error)} Fetch the tokenizer's "
                    + "files again.",
                error
            );
        }
    }
}
