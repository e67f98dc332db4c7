using Concord.Tests.Tokenizers;
using Concord.Tokenization;
using Concord.Tokenization.Rendering;
using Xunit;

namespace Concord.Tests.Rendering;

public class RenderingChoiceTests
{
    private const DialogueRendering Hh = DialogueRendering.Hh,
        Chat = DialogueRendering.Chat,
        Auto = DialogueRendering.Auto;

    [Theory]
    [InlineData(Hh, Chat, true, Hh, "asked for")]
    [InlineData(Chat, Hh, true, Chat, "asked for")]
    [InlineData(null, Hh, true, Hh, "concord.json")]
    [InlineData(null, Chat, true, Chat, "concord.json")]
    [InlineData(null, null, true, Chat, "by the chat template")]
    [InlineData(null, null, false, Hh, "no chat template")]
    [InlineData(null, Auto, true, Chat, "auto, as concord.json says: by the chat template")]
    [InlineData(Auto, Hh, true, Chat, "auto: by the chat template")]
    [InlineData(Auto, Chat, false, Hh, "no chat template")]
    public void What_is_asked_for_then_the_folder_then_its_template_then_hh(
        DialogueRendering? asked,
        DialogueRendering? settings,
        bool hasTemplate,
        DialogueRendering expected,
        string why
    )
    {
        var tokenizer = GoldenTokenizers.Get("llama3");
        Assert.NotNull(tokenizer.ChatTemplate);
        using var folder = new TemporaryFolder();
        if (!hasTemplate)
        {
            File.WriteAllText(folder.File("tokenizer.json"), """{"model":{"vocab":{"a":0},"merges":[]}}""");
            tokenizer = Tokenizer.Load(folder.Path);
        }
        var choice = RenderingChoice.Of(asked, settings, tokenizer);
        Assert.Equal(expected, choice.Rendering);
        Assert.Contains(why, choice.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_tokenizer_there_is_no_template() =>
        Assert.Equal(
            "rendering hh: there is no tokenizer and no chat template",
            $"{RenderingChoice.Of(null, null, null)}"
        );
}
