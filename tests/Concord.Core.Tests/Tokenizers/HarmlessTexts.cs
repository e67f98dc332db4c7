using System.Text.Json;

namespace Concord.Tests.Tokenizers;

/// <summary>Real dialogues, where ../shared is there.</summary>
internal static class HarmlessTexts
{
    public static List<string> Read(int count)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Shared.Path("data", "harmless.json")));
        return
        [
            .. document
                .RootElement.EnumerateArray()
                .SelectMany(record => record.GetProperty("text").EnumerateArray())
                .Take(count)
                .Select(text => text.GetString()!),
        ];
    }
}
