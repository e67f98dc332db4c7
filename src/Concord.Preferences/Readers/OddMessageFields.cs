using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// Fields of messages that no published chat template reads: they are kept for a template that names them all the same,
/// and told like columns that are not used.
/// </summary>
internal static class OddMessageFields
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "role",
        "content",
        "name",
        "tool_calls",
        "tool_call_id",
        "tool_plan",
        "tool_responses",
        "function_call",
        "reasoning_content",
        "reasoning",
        "thinking",
        "tools",
        "documents",
    };

    /// <summary>Notes those of a record's messages.</summary>
    /// <param name="use">Where columns are counted.</param>
    /// <param name="comparisons">What was made of the record.</param>
    public static void See(ColumnUse use, IReadOnlyList<Comparison> comparisons)
    {
        foreach (var comparison in comparisons)
        foreach (var message in comparison.Prompt.Concat(comparison.Responses.SelectMany(one => one.Messages)))
        {
            if (message.Fields is null)
                continue;
            using var document = JsonDocument.Parse(message.Fields);
            use.See(
                "message.",
                document
                    .RootElement.EnumerateObject()
                    .Where(field => !Known.Contains(field.Name))
                    .ToDictionary(field => field.Name, field => field.Value, StringComparer.Ordinal)
            );
        }
    }
}
