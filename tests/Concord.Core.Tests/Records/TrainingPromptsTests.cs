using System.Text;
using Concord.Records;
using Xunit;

namespace Concord.Tests.Records;

public class TrainingPromptsTests
{
    private static TrainingPrompts Of(string salt) =>
        new() { Trainings = [TrainingPromptSet.Of(salt, ["a", "b", "a"], ["c"])] };

    [Fact]
    public void What_was_seen_is_known_again_and_cannot_be_read()
    {
        using var folder = new TemporaryFolder();
        Assert.Null(TrainingPrompts.Read(folder.Path));
        Of("one").Write(folder.Path);
        var read = TrainingPrompts.Read(folder.Path)!;
        Assert.Equal(
            [PromptUse.TrainedOn, PromptUse.TrainedOn, PromptUse.ChosenBy, PromptUse.None],
            "abcd".Select(prompt => read.UseOf(prompt.ToString()))
        );
        Assert.Equal(16, read.Trainings[0].Trained.Length); // two of 64 bits
        // the same again is the same file; under another salt not one hash is the same
        var text = File.ReadAllText(folder.File(TrainingPrompts.FileName));
        Of("one").Write(folder.Path);
        Assert.Equal(text, File.ReadAllText(folder.File(TrainingPrompts.FileName)));
        Assert.NotEqual(read.Trainings[0].Trained, Of("two").Trainings[0].Trained);
    }

    [Fact]
    public void A_damaged_file_is_named_and_says_that_it_may_be_removed()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File(TrainingPrompts.FileName);
        foreach (
            var text in (string[])
                [
                    "{",
                    """{"version":9,"trainings":[]}""",
                    """{"version":1,"trainings":[{"salt":"AA==","trained":"AAAA","chosen_by":""}]}""",
                    """{"version":1,"trainings":[{"salt":"AA==","trained":"?","chosen_by":""}]}""",
                ]
        )
        {
            File.WriteAllText(file, text, Encoding.UTF8);
            var error = Assert.Throws<ConcordException>(() => TrainingPrompts.Read(folder.Path));
            Assert.StartsWith(file, error.Message, StringComparison.Ordinal);
        }
    }
}
