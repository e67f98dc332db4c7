using System.IO.Compression;
using System.Text.Json;
using Concord.Preferences;
using Concord.Tokenization.Rendering;
using Xunit;

namespace Concord.Tests.Rendering;

public class HhDialogueTests
{
    [Fact]
    public void Is_Anthropics_form()
    {
        Message[] dialogue =
        [
            new(Roles.User, "Hi"),
            new(Roles.Assistant, "Hello. "),
            new(Roles.User, ""),
            new(Roles.Assistant, "\n"),
        ];
        Assert.Equal("\n\nHuman: Hi\n\nAssistant: Hello. \n\nHuman: \n\nAssistant: \n", HhDialogue.Format(dialogue));
        Assert.Equal(
            "Be brief.\n\nHuman: Hi",
            HhDialogue.Format([new(Roles.System, "Be brief."), new(Roles.User, "Hi")])
        );
        Assert.Contains(
            "system message",
            Assert
                .Throws<ConcordException>(() =>
                    HhDialogue.Format([new(Roles.User, "Hi"), new(Roles.System, "Be brief.")])
                )
                .Message
        );
        Assert.Contains("'tool'", Assert.Throws<ConcordException>(() => HhDialogue.Format([new("tool", "x")])).Message);
    }

    [Fact]
    public void Raw_records_as_messages_give_back_the_whole_texts()
    {
        using var stream = new StreamReader(
            new GZipStream(File.OpenRead(Shared.Path("data", "harmless-base.jsonl.gz")), CompressionMode.Decompress)
        );
        using var authors = JsonDocument.Parse(File.ReadAllBytes(Shared.Path("data", "harmless.json")));
        var count = 0;
        foreach (var record in authors.RootElement.EnumerateArray())
        {
            using var raw = JsonDocument.Parse(stream.ReadLine()!);
            var texts = record
                .GetProperty("text")
                .EnumerateArray()
                .Select(text => text.GetString()!)
                .Order(StringComparer.Ordinal);
            var rendered = new[] { "chosen", "rejected" }
                .Select(key => HhDialogue.Format(DialogueText.TryParse(raw.RootElement.GetProperty(key).GetString()!)!))
                .Order(StringComparer.Ordinal);
            Assert.Equal(texts, rendered);
            count++;
        }
        Assert.Equal(1850, count);
    }
}
