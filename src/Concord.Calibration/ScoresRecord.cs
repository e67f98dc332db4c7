using System.Text.Json;

namespace Concord.Calibration;

/// <summary>
/// An object of a scores file, found key by key; what it does not say is said by the one it lies in. A line of
/// <c>concord score</c> holds several where a record was judged by several (<c>judgements</c>), or held several sets of
/// responses (<c>comparisons</c>).
/// </summary>
/// <param name="own">The object.</param>
/// <param name="outer">The one it lies in, or null.</param>
internal sealed class ScoresRecord(JsonElement own, ScoresRecord? outer = null)
{
    // the list, and what stands beside it only where it is another program's key of that name
    private static readonly (string List, string Besides)[] Several =
    [
        ("comparisons", "rewards"),
        ("judgements", "scores"),
    ];

    /// <summary>What stands instead of rewards where there are none; else null.</summary>
    public string? Failure =>
        Find("rewards") is null && Find("error") is { ValueKind: JsonValueKind.String } error
            ? error.GetString()
            : null;

    /// <summary>The value of a key; null where it is absent or null.</summary>
    public JsonElement? Find(string name) =>
        own.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : outer?.Find(name);

    /// <summary>The judgements in it, of all its comparisons; itself where it is one.</summary>
    public IEnumerable<ScoresRecord> Judgements()
    {
        foreach (var (name, besides) in Several)
            if (
                own.TryGetProperty(name, out var list)
                && !own.TryGetProperty(besides, out _)
                && list.ValueKind == JsonValueKind.Array
                && list.GetArrayLength() > 0
                && list.EnumerateArray().All(one => one.ValueKind == JsonValueKind.Object)
            )
                return list.EnumerateArray().SelectMany(one => new ScoresRecord(one, this).Judgements());
        return [this];
    }
}
