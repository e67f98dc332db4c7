using Concord.Preferences;
using Xunit;

namespace Concord.Tests.Preferences;

public class PromptIdentityTests
{
    [Fact]
    public void One_prompt_has_one_id_in_every_form()
    {
        var expected = PromptIdentity.OfMessages([
            new Message(Roles.User, "q"),
            new Message(Roles.Assistant, "a"),
            new Message(Roles.User, "r"),
        ]);
        Assert.Equal(
            expected,
            PromptIdentity.OfMessages([
                new Message(Roles.User, " q\n"),
                new Message(Roles.Assistant, "a "),
                new Message(Roles.User, "r"),
            ])
        );
        Assert.Equal(expected, PromptIdentity.OfPromptText("\n\nHuman: q\n\nAssistant: a\n\nHuman: r\n\nAssistant:"));
        Assert.Equal(expected, PromptIdentity.OfPromptText("Human: q\n\nAssistant: a\n\nHuman: r"));
        Assert.Equal(
            expected,
            PromptIdentity.OfWholeTexts([
                "\n\nHuman: q\n\nAssistant: a\n\nHuman: r\n\nAssistant: x",
                "\n\nHuman: q\n\nAssistant: a\n\nHuman: r\n\nAssistant: y",
            ])
        );
        Assert.Equal(
            expected,
            PromptIdentity.OfWholeTexts([
                "## Human:\nq\n\n## Assistant:\na\n\n## Human:\nr\n\n\n\n## Assistant:\nx",
                "## Human:\nq\n\n## Assistant:\na\n\n## Human:\nr\n\n## Assistant:\ny",
            ])
        );
        Assert.NotEqual(expected, PromptIdentity.OfPromptText("Human: q\n\nAssistant: a"));
    }

    [Fact]
    public void Turns_cannot_be_shifted_into_each_other()
    {
        Assert.NotEqual(
            PromptIdentity.OfMessages([new Message(Roles.User, "a"), new Message(Roles.User, "b")]),
            PromptIdentity.OfMessages([new Message(Roles.User, "ab")])
        );
        Assert.NotEqual(
            PromptIdentity.OfMessages([new Message(Roles.User, "a")]),
            PromptIdentity.OfMessages([new Message(Roles.System, "a")])
        );
    }

    [Fact]
    public void Texts_without_markers_share_what_a_prompt_could_be()
    {
        Assert.Equal(
            PromptIdentity.OfPromptText("Some question\n\n"),
            PromptIdentity.OfWholeTexts(["Some question\n\nSure, one", "Some question\n\nSure, two"])
        );
        // Answers that merely begin alike are no common prompt.
        Assert.NotEqual(
            PromptIdentity.OfWholeTexts(["Sure, one", "Sure, two"]),
            PromptIdentity.OfWholeTexts(["Sure, three", "Sure, four"])
        );
        Assert.Equal(PromptIdentity.OfWholeTexts(["a x", "a y"]), PromptIdentity.OfWholeTexts(["a y", "a x"]));
    }

    [Fact]
    public void Ids_are_frozen()
    {
        // SHA-256 computed apart. Splits and stored scores refer to them: they must not change with a version or a
        // machine.
        Assert.Equal("6e2cb4d916a9678522014274bd64d34c", PromptIdentity.OfPromptText("Name three colours."));
        Assert.Equal("4636993d3e1da4e9d6b8f87b79e8f7c6", PromptIdentity.OfTokenIds([1, 2, 3], []));
    }

    [Fact]
    public void Dialogues_are_parsed_without_loss()
    {
        const string text = "\n\nHuman: a \n b\n\n\n\nAssistant:  c\n\nHuman: \n\nAssistant: d\n\n";
        var turns = DialogueText.TryParse(text)!;
        Assert.Equal(["a \n b\n\n", " c", "", "d\n\n"], turns.Select(turn => turn.Content));
        Assert.Equal(text, DialogueText.Format(turns));
        Assert.Null(DialogueText.TryParse("Humans: a"));
        Assert.Null(DialogueText.TryParse(""));
    }
}
