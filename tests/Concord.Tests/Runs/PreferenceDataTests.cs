using System.Text.Json;
using Concord.Preferences;
using Concord.Preferences.Readers;
using Concord.Preferences.Simulation;
using Xunit;

namespace Concord.Tests.Runs;

/// <summary>The front door's data: files, memory and readers of one's own come to the same comparisons.</summary>
public sealed class PreferenceDataTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    public void Dispose() => folder.Delete(recursive: true);

    private string Save(string name, int count, string prompt = "question")
    {
        var file = Path.Combine(folder.FullName, name);
        File.WriteAllLines(
            file,
            Enumerable
                .Range(0, count)
                .Select(i =>
                    JsonSerializer.Serialize(
                        new
                        {
                            prompt = $"{prompt} {i}",
                            chosen = "yes",
                            rejected = "no",
                        }
                    )
                )
        );
        return file;
    }

    [Fact]
    public void Files_are_read_and_split_and_counted()
    {
        var data = PreferenceData.Read(Save("helpful.jsonl", 200), Save("webgpt.jsonl", 300, "other"));
        Assert.Equal(["helpful", "webgpt"], data.Sources);
        var split = data.Split(heldOut: .2, validation: .1);
        Assert.Equal(500, split.Training.Count + split.Validation.Count + split.HeldOut.Count);
        Assert.Equal(split.HeldOut.Count, split.Account.HeldOut.Sum());
        Assert.Equal(split.Validation.Count, split.Account.Validation.Sum());
        Assert.Equal(split.Training.Count, split.Account.Training.Sum());
        Assert.Equal(["webgpt"], split.Only("webgpt").Account.Sources);
        Assert.Contains("Did you mean 'webgpt'?", Assert.Throws<ConcordException>(() => split.Only("webgtp")).Message);
    }

    [Fact]
    public void Files_and_comparisons_in_memory_are_put_together_with_all_that_is_known_of_them()
    {
        var bad = Save("helpful.jsonl", 90);
        File.AppendAllText(bad, "not json\n");
        var files = PreferenceData.Read(
            new PreferenceSource
            {
                Files = [bad],
                Limit = 20,
                Share = 2,
            }
        );
        var own = PreferenceData.FromComparisons(
            Enumerable.Range(0, 50).Select(i => Comparison.Create("mine", $"other {i}", "yes", "no"))
        );
        var data = own.And(files);
        Assert.Equal(["mine", "helpful"], data.Sources);
        Assert.Equal(140, data.Comparisons.Count);
        Assert.Single(data.Problems);
        var split = data.Split(heldOut: .1, validation: 0);
        Assert.Equal(20, split.Training.Count(one => one.Source == "helpful"));
        Assert.Equal(2, split.Account.Shares["helpful"]);

        var same = PreferenceData.FromComparisons([Comparison.Create("helpful", "third", "yes", "no")]);
        Assert.Contains(
            "give the source 'helpful' and disagree",
            Assert.Throws<ConcordException>(() => files.And(same)).Message
        );
        Assert.Contains("given twice", Assert.Throws<ConcordException>(() => data.And(files)).Message);
    }

    [Fact]
    public void Comparisons_in_memory_need_no_ids_and_split_as_files_do()
    {
        var file = PreferenceData.Read(Save("mine.jsonl", 100));
        var memory = PreferenceData.FromComparisons(
            Enumerable.Range(0, 100).Select(i => Comparison.Create("mine", $"question {i}", "yes", "no"))
        );
        Assert.Equal(
            file.Comparisons.Select(comparison => comparison.PromptId),
            memory.Comparisons.Select(comparison => comparison.PromptId)
        );
        Assert.Equal(
            file.Split().HeldOut.Select(comparison => comparison.PromptId),
            memory.Split().HeldOut.Select(comparison => comparison.PromptId)
        );
        Assert.Equal(new RecordOrigin("comparisons in memory", 3), memory.Comparisons[2].Origin);
        Assert.Throws<ConcordException>(() => Comparison.Create("mine", "x", ["a", "b"], [1]));
        Assert.Throws<ConcordException>(() => Comparison.Create("mine", "x", ["a", "b"], [1, double.NaN]));
    }

    [Fact]
    public void A_reader_of_ones_own_reads_and_its_bad_records_are_problems()
    {
        var file = Path.Combine(folder.FullName, "votes.jsonl");
        File.WriteAllLines(
            file,
            [
                """{"ask": "Why?", "left": "a", "right": "b", "winner": "left", "who": "ann"}""",
                """{"ask": "Why?", "left": "a", "right": "b"}""",
                """{"ask": "How?", "left": "a", "right": "b", "winner": "neither"}""",
                """{"ask": "When?", "left": "a", "right": "b", "winner": "right", "who": "bob"}""",
            ]
        );
        var votes = PreferenceFormat.Of(
            "votes",
            (record, context) =>
            {
                string Text(string key) => record.GetProperty(key).GetString()!;
                double left = Text("winner") switch
                {
                    "left" => 1,
                    "right" => 0,
                    var other => throw new RecordException($"the winner is {other}; left or right was expected."),
                };
                context.AddPair(Text("ask"), Text("left"), Text("right"), (left, 1 - left), annotator: Text("who"));
            }
        );
        var data = PreferenceData.Read(new PreferenceSource { Files = [file], Format = votes });
        Assert.Equal(["ann", "bob"], data.Comparisons.Select(comparison => comparison.Annotator));
        Assert.Equal(new[] { 1.0, 0.0 }, data.Comparisons.Select(comparison => comparison.Scores[0]));
        Assert.Equal([2, 3], data.Problems.Select(problem => problem.Line));
        Assert.Contains("the winner is neither", data.Problems[1].Message);
    }

    [Fact]
    public void Entries_that_name_one_source_and_disagree_are_refused()
    {
        string first = Save("a.jsonl", 20),
            second = Save("b.jsonl", 20);
        PreferenceSource Of(string file, int? limit, double share = 1) =>
            new()
            {
                Name = "same",
                Files = [file],
                Limit = limit,
                Share = share,
            };
        Assert.Equal(40, PreferenceData.Read(Of(first, 5), Of(second, 5)).Comparisons.Count);
        var error = Assert.Throws<ConcordException>(() => PreferenceData.Read(Of(first, 5), Of(second, null, 2)));
        Assert.Equal(
            "sources.0 and sources.1 both give the source 'same' and disagree: limit 5, share 1 there, limit none, "
                + "share 2 here. Give both the same, or other names.",
            error.Message
        );
    }

    [Fact]
    public void A_simulated_population_has_its_own_sides()
    {
        var split = PreferenceSplit.Simulate(new SimulationSettings());
        Assert.NotEmpty(split.HeldOut);
        Assert.Equal(split.Account.Training.Sum(), split.Training.Count);
    }
}
