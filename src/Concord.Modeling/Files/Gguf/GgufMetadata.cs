namespace Concord.Modeling.Files.Gguf;

/// <summary>Metadata read by key and checked; every error names the file and the key.</summary>
internal sealed class GgufMetadata(GgufHeader header)
{
    public string File => header.File;

    public bool Has(string key) => header.Metadata.ContainsKey(key);

    /// <summary>The key is there and says no.</summary>
    public bool IsFalse(string key) => header.Metadata.TryGetValue(key, out var value) && value.Integer == 0;

    public int Integer(string key, int least, int most) =>
        OptionalInteger(key, least, most) ?? throw Wrong(key, $"an integer from {least} to {most}");

    public int IntegerOr(string key, int least, int most, int absent) => OptionalInteger(key, least, most) ?? absent;

    public int? OptionalInteger(string key, int least, int most)
    {
        if (!header.Metadata.TryGetValue(key, out var value))
            return null;
        return value.Integer is { } integer && integer >= least && integer <= most
            ? (int)integer
            : throw Wrong(key, $"an integer from {least} to {most}");
    }

    public double? Positive(string key)
    {
        if (!header.Metadata.TryGetValue(key, out var value))
            return null;
        return value.Real is > 0 and var number && double.IsFinite(number)
            ? number
            : throw Wrong(key, "a number above 0");
    }

    public string? Text(string key)
    {
        if (!header.Metadata.TryGetValue(key, out var value))
            return null;
        return value.Text ?? throw Wrong(key, "a text");
    }

    public long? Length(string key)
    {
        if (!header.Metadata.TryGetValue(key, out var value))
            return null;
        return value.Length ?? throw Wrong(key, "a list");
    }

    public ConcordException Wrong(string key, string expected) =>
        header.Metadata.TryGetValue(key, out var value)
            ? new($"{header.File}: metadata \"{key}\" is {value}; expected {expected}.")
            : new($"{header.File}: metadata \"{key}\" is missing; expected {expected}.");
}
