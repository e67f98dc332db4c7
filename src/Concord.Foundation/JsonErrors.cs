using System.Text.Json;

namespace Concord.Foundation;

/// <summary>What .NET's JSON reader finds wrong, in words for a user.</summary>
public static class JsonErrors
{
    /// <summary>One sentence: the position that .NET appends in a form of its own is left out, see
    /// <see cref="Place"/>.</summary>
    public static string Said(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error is JsonException ? error.Message.Split(". ", 2)[0].TrimEnd('.') + "." : error.Message;
    }

    /// <summary> <c> (line 3)</c>, counted from 1, where the error says it; else empty.</summary>
    public static string Place(Exception error) =>
        error is JsonException { LineNumber: { } number } ? FormattableString.Invariant($" (line {number + 1})") : "";
}
