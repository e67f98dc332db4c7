using System.Text.Json;

namespace Concord.Tokenization;

/// <summary>
/// A value of a tokenizer file with the path that led to it, so that every complaint names file and place.
/// </summary>
internal readonly record struct JsonNode(JsonElement Element, string File, string Path)
{
    /// <summary>Whether the value is absent or null.</summary>
    public bool IsNull => Element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    /// <summary>The name in <c>type</c>; empty where there is none.</summary>
    public string Type => this["type"].IsNull ? "" : this["type"].Text();

    /// <summary>A property; a node that <see cref="IsNull"/> where it is absent.</summary>
    public JsonNode this[string name]
    {
        get
        {
            if (Element.ValueKind != JsonValueKind.Object)
                throw Error("an object was expected");
            return new JsonNode(
                Element.TryGetProperty(name, out var value) ? value : default,
                File,
                Path.Length == 0 ? name : $"{Path}.{name}"
            );
        }
    }

    /// <summary>Refuses, by name, properties that are not among those known.</summary>
    public JsonNode Only(params ReadOnlySpan<string> known)
    {
        if (Element.ValueKind != JsonValueKind.Object)
            throw Error("an object was expected");
        foreach (var property in Element.EnumerateObject())
            if (!known.Contains(property.Name))
                throw Error(
                    $"the flag '{property.Name}' is not known; this file needs a newer Concord, or another tokenizer"
                );
        return this;
    }

    public string Text()
    {
        if (Element.ValueKind != JsonValueKind.String)
            throw Error("a string was expected");
        try
        {
            return Element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Error("the string is not valid Unicode");
        }
    }

    /// <summary>A string of one character.</summary>
    public char Character()
    {
        var text = Text();
        return text.Length == 1 && !char.IsSurrogate(text[0]) ? text[0] : throw Error("one character was expected");
    }

    /// <summary>True or false; the default where absent, or an error without one.</summary>
    public bool Flag(bool? otherwise = null) =>
        Element.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Undefined when otherwise is { } value => value,
            _ => throw Error("true or false was expected"),
        };

    /// <summary>No vocabulary comes near this; a larger id is damage, and would ask for memory.</summary>
    public const int LargestNumber = 1 << 24;

    /// <summary>A whole number from 0 to <see cref="LargestNumber"/>.</summary>
    public int Number() =>
        Element.ValueKind == JsonValueKind.Number
        && Element.TryGetInt32(out var value)
        && value is >= 0 and <= LargestNumber
            ? value
            : throw Error($"a whole number from 0 to {LargestNumber} was expected");

    /// <summary>The items of an array.</summary>
    public IEnumerable<JsonNode> Items()
    {
        if (Element.ValueKind != JsonValueKind.Array)
            throw Error("an array was expected");
        var (file, path) = (File, Path);
        return Element.EnumerateArray().Select((item, i) => new JsonNode(item, file, $"{path}[{i}]"));
    }

    /// <summary>An error about this place.</summary>
    public ConcordException Error(string what) => new($"{File}: at {(Path.Length == 0 ? "the top" : Path)}: {what}.");

    /// <summary>An error about a node type that is not known.</summary>
    public ConcordException UnknownType() =>
        Error($"the node type '{Type}' is not known; Concord reads byte-level and byte-fallback BPE tokenizers");
}
