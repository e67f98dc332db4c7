using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>What general formats may carry beside their texts: whose preference a record is, and who judged.</summary>
internal static class CarriedSource
{
    public static string? Of(JsonElement record) =>
        record.OptionalText("objective") ?? record.OptionalText("domain") ?? record.OptionalText("source");

    public static string? Annotator(JsonElement record) =>
        record.OptionalText("annotator") ?? record.OptionalText("worker");
}
