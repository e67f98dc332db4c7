using Concord.Preferences;
using Concord.Tests.Tokenizers;
using Concord.Tokenization.Comparisons;
using Concord.Tokenization.Rendering;
using Xunit;

namespace Concord.Tests.Rendering;

public class WholeDialogueTests
{
    private const string Prompt = "\n\nHuman: Why?\n\nAssistant: What?\n\nHuman: That.\n\nAssistant: ",
        Headed = "## Human:\nWhy?\n\n## Assistant:\nWhat?\n\n## Human:\nThat.\n\n## Assistant:\n";

    private static Comparison Texts(string prompt, params string[] texts) =>
        new()
        {
            Source = "s",
            PromptId = "p",
            Form = ComparisonForm.Text,
            PromptText = prompt,
            Responses = [.. texts.Select(Response.FromText)],
            Scores = [.. texts.Select((_, i) => -(double)i)],
            Origin = new RecordOrigin("data.jsonl", 3),
        };

    private static ComparisonEncoder Encoder(bool parse, DialogueRendering rendering = DialogueRendering.Chat) =>
        new(GoldenTokenizers.Get("llama3"), new RenderingOptions { Rendering = rendering, ParseDialogues = parse });

    [Theory]
    [InlineData("", Prompt)]
    [InlineData("", Headed)]
    [InlineData(Prompt, "")]
    public void Parsed_dialogues_are_rendered_as_their_messages_are(string prompt, string beginning)
    {
        var messages = Texts("") with
        {
            Form = ComparisonForm.Messages,
            Prompt =
            [
                new Message(Roles.User, "Why?"),
                new Message(Roles.Assistant, "What?"),
                new Message(Roles.User, "That."),
            ],
            Responses = [Response.FromAssistant("Because."), Response.FromAssistant("So.")],
            Scores = [1, 0],
        };
        var texts = Texts(prompt, beginning + "Because.", beginning + "So.");
        foreach (var rendering in (DialogueRendering[])[DialogueRendering.Chat, DialogueRendering.Hh])
        {
            Assert.Equal(Encoder(true, rendering).Render(messages), Encoder(true, rendering).Render(texts));
            Assert.Equal(Encoder(true, rendering).EncodeRows(messages), Encoder(true, rendering).EncodeRows(texts));
            Assert.Equal(
                [prompt + beginning + "Because.", prompt + beginning + "So."],
                Encoder(false, rendering).Render(texts)
            );
        }
    }

    [Fact]
    public void Other_texts_stay_as_they_are()
    {
        Assert.Equal(["The sky is blue."], Encoder(true).Render(Texts("The sky is", " blue.")));
        var half = Texts("", Prompt + "A", "no dialogue");
        Assert.Equal([Prompt + "A", "no dialogue"], Encoder(true).Render(half));
        // no answer in it: all of it is rendered, and nothing is its prompt
        Assert.DoesNotContain("Human:", Encoder(true).Render(Texts("", "\n\nHuman: Hi"))[0], StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_refused_says_where_and_why()
    {
        var bad = Texts("") with
        {
            Form = ComparisonForm.Messages,
            Prompt = [new Message("moderator", "Hi")],
            Responses = [Response.FromAssistant("A")],
            Scores = [1],
        };
        var error = Assert.Throws<RefusedComparisonException>(() => Encoder(false, DialogueRendering.Hh).Encode(bad));
        Assert.Equal(("data.jsonl", 3), (error.Origin.File, error.Origin.Line));
        Assert.StartsWith("data.jsonl, line 3: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("moderator", error.Reason, StringComparison.Ordinal);
    }
}
