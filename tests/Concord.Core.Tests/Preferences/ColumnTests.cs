using System.Globalization;
using System.Text;
using Concord.Preferences;
using Concord.Preferences.Readers;
using Xunit;

namespace Concord.Tests.Preferences;

/// <summary>Columns under other tools' names are read, named by a mapping, refused by name, or told as not
/// used.</summary>
public sealed class ColumnTests
{
    private const string Tea = "Can you explain how tea works?";

    private static string Turns(IEnumerable<Message> messages) =>
        string.Join("|", messages.Select(message => $"{message.Role[0]}:{message.Content}"));

    private static ReadResult Read(string content, ReadOptions? options = null) =>
        ReaderTests.Read(content, options: options);

    private static ReadOptions Columns(string columns) => new() { Columns = ColumnMapping.Parse(columns) };

    [Theory]
    [InlineData("s_input", "u:" + Tea)]
    [InlineData("s_query", "u:" + Tea)]
    [InlineData("s_orca", "s:You are a helper.|u:" + Tea)]
    [InlineData("s_system", "s:You are a pirate.|u:" + Tea)]
    [InlineData("s_factory", "u:" + Tea + "\nBe brief.")]
    [InlineData("s_conversation", "u:" + Tea)]
    [InlineData("s_prompt_messages", "u:" + Tea)]
    [InlineData("s_preferred", "u:" + Tea)]
    [InlineData("s_winner", "u:" + Tea)]
    [InlineData("s_argilla", "u:" + Tea)]
    [InlineData("ab", "u:Can you explain how tea works, question 0?")]
    [InlineData("arena", "u:Can you explain how tea works, question 0?")]
    [InlineData("openrlhf", "u:Can you explain how tea works, question 0?")]
    public void Shapes_of_other_tools_are_read_with_their_whole_prompt(string shape, string prompt)
    {
        var read = PreferenceFile.Read(Shared.Path("cases", "shapes", $"{shape}.jsonl"));
        Assert.Empty(read.Problems);
        var first = read.Comparisons[0];
        Assert.Equal(ComparisonForm.Messages, first.Form);
        Assert.Equal(prompt, Turns(first.Prompt));
        Assert.EndsWith("just works.", first.Responses[1].Text, StringComparison.Ordinal);
        Assert.True(first.Scores[0] > first.Scores[1]);
    }

    [Theory]
    [InlineData("s_tools", "images")]
    [InlineData("s_image", "image")]
    public void Pictures_are_refused_by_name(string shape, string word)
    {
        var path = Shared.Path("cases", "shapes", $"{shape}.jsonl");
        var error = Assert.Throws<ConcordException>(() => PreferenceFile.Read(path));
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_of_pictures_is_left_aside_where_the_user_says_so()
    {
        var read = PreferenceFile.Read(Shared.Path("cases", "shapes", "s_tools.jsonl"), Columns("images="));
        Assert.Empty(read.Problems);
        Assert.Equal("u:" + Tea, Turns(read.Comparisons[0].Prompt));
        Assert.Equal("images", Assert.Single(read.Unused).Name);
    }

    [Theory]
    [InlineData("axolotl.jsonl", "s:Be brief.|u:What is 10 plus 10?")]
    [InlineData("llamafactory.json", "u:What is 10 plus 10?")]
    [InlineData("question.jsonl", "s:Be brief.|u:What is 10 plus 10?")]
    [InlineData("messages.jsonl", "u:What is 10 plus 10?")]
    public void Questions_stand_in_many_columns(string file, string prompt)
    {
        var read = PreferenceFile.Read(Shared.Path("cases", "question-column-dropped", file));
        Assert.Empty(read.Problems);
        Assert.Equal(20, read.Comparisons.Count);
        Assert.Equal(prompt, Turns(read.Comparisons[0].Prompt));
        Assert.Equal("It is 20.", read.Comparisons[0].Responses[0].Text);
        Assert.Equal(20, read.Comparisons.Select(comparison => comparison.PromptId).Distinct().Count());
        Assert.Empty(read.Unused);
    }

    [Fact]
    public void A_system_column_is_the_message_that_comes_first()
    {
        var folder = Shared.Path("cases", "system-column-dropped");
        var one = PreferenceFile.Read(Path.Combine(folder, "pairs.jsonl")).Comparisons[0];
        var other = PreferenceFile.Read(Path.Combine(folder, "same-with-system-message.jsonl")).Comparisons[0];
        Assert.Equal(Turns(other.Prompt), Turns(one.Prompt));
        Assert.Equal(other.PromptId, one.PromptId);
    }

    [Fact]
    public void Lists_of_answers_are_one_comparison()
    {
        var folder = Shared.Path("cases", "rewardbench2-and-lists-of-answers");
        var read = PreferenceFile.Read(Path.Combine(folder, "rewardbench2.jsonl"));
        Assert.Empty(read.Problems);
        Assert.Equal([1, 0, 0, 0], read.Comparisons[0].Scores);
        Assert.Equal(3, read.Comparisons[0].StrictPairs);
        Assert.Equal("Focus", read.Comparisons[0].Source);
        Assert.Equal(["id", "num_correct"], read.Unused.Select(column => column.Name));
        Assert.All(read.Unused, column => Assert.True(column.IsBookkeeping));
        Assert.Equal([1, 0], PreferenceFile.Read(Path.Combine(folder, "promptfoo.jsonl")).Comparisons[0].Scores);
    }

    [Theory]
    [InlineData("""{"instruction":"q","chosen_response":"a","rejected_response":"b"}""", "u:q")]
    [InlineData(
        """{"input":{"messages":[{"role":"user","content":"q"}]},"preferred_output":[{"role":"assistant","content":"a"}],"non_preferred_output":[{"role":"assistant","content":"b"}]}""",
        "u:q"
    )]
    [InlineData("""{"prompt":"q","history":[["x","y"]],"chosen":"a","rejected":"b"}""", "u:x|a:y|u:q")]
    [InlineData(
        """{"system":"s","chosen":"\n\nHuman: q\n\nAssistant: a","rejected":"\n\nHuman: q\n\nAssistant: b"}""",
        "s:s|u:q"
    )]
    [InlineData(
        """{"prompt":"q","chosen":[{"role":"system","content":"s"},{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"rejected":[{"role":"system","content":"s"},{"role":"user","content":"q"},{"role":"assistant","content":"b"}]}""",
        "s:s|u:q"
    )]
    [InlineData("""{"question":"q","answer_1":"a","answer_2":"b","preference":1}""", "u:q")]
    [InlineData("""{"prompt":"q","response_a":"a","response_b":"b","model_a":"x","model_b":"y","winner":"x"}""", "u:q")]
    [InlineData(
        """{"prompt":"[\"q\"]","response_a":"[\"a\"]","response_b":"[\"b\"]","winner_model_a":1,"winner_model_b":0,"winner_tie":0}""",
        "u:q"
    )]
    [InlineData("""{"prompt":"q","response_1":"a","response_2":"b","preference_strength":-2}""", "u:q")]
    [InlineData(
        """{"context":[{"role":"user","content":"q"}],"response1":"a","response2":"b","overall_preference":-1}""",
        "u:q"
    )]
    [InlineData("""{"prompt":"q","response_a":"a","response_b":"b","score_a":3,"score_b":1}""", "u:q")]
    [InlineData(
        """{"prompt":"\n\nHuman: q\n\nAssistant: ","answers":[{"answer":"a","rank":1,"model":"m"},{"answer":"b","rank":2,"model":"n"}]}""",
        "u:q"
    )]
    public void Published_forms_are_read(string record, string prompt)
    {
        var read = Read(record);
        var comparison = Assert.Single(read.Comparisons);
        Assert.Equal(prompt, Turns(comparison.Prompt));
        Assert.Equal(["a", "b"], comparison.Responses.Select(response => response.Text));
        Assert.True(comparison.Scores[0] > comparison.Scores[1]);
        Assert.All(read.Unused, column => Assert.True(column.IsBookkeeping, column.Name));
    }

    [Theory]
    [InlineData("tie", 0)]
    [InlineData("tie (bothbad)", 0)]
    [InlineData("model_b", -1)]
    [InlineData("Response A", 1)]
    [InlineData("B", -1)]
    [InlineData("[[A]]", 1)]
    [InlineData("left", 1)]
    public void Verdicts_in_the_words_of_arenas(string winner, int sign)
    {
        var comparison = Read(
            $$"""{"prompt":"q","response_a":"a","response_b":"b","winner":"{{winner}}"}"""
        ).Comparisons[0];
        Assert.Equal(sign, Math.Sign(comparison.Scores[0] - comparison.Scores[1]));
    }

    [Theory]
    [InlineData("""{"prompt":"q","response_a":"a","response_b":"b","label":1}""", "\"label\" is 1; a, b or tie")]
    [InlineData("""{"prompt":"q","response_1":"a","response_2":"b","label":0}""", "\"label\" is 0; 1, 2 or tie")]
    [InlineData("""{"Frage":"how is it?","chosen":"a","rejected":"b"}""", "--columns prompt=Frage")]
    [InlineData(
        """{"prompt":"r","chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"b"}]}""",
        "columns prompt="
    )]
    public void What_could_mean_two_things_is_refused(string record, string words)
    {
        var error = Assert.Throws<ConcordException>(() => Read(record));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mapping_gives_fields_their_columns()
    {
        const string record =
            """{"Frage":"q","gut":"a","schlecht":"b","prompt":"template 7","wer":"team","sicher":2,"meta":{"sys":"s"}}""";
        var error = Assert.Throws<ConcordException>(() =>
            Read(record.Replace("prompt", "vorlage", StringComparison.Ordinal))
        );
        Assert.Contains("--columns prompt=", error.Message, StringComparison.Ordinal);
        Assert.Contains("gut", error.Message, StringComparison.Ordinal);
        var read = Read(
            record,
            Columns("prompt=Frage,chosen=gut,rejected=schlecht,source=wer,margin=sicher,system=meta.sys")
        );
        var comparison = Assert.Single(read.Comparisons);
        Assert.Equal("s:s|u:q", Turns(comparison.Prompt));
        Assert.Equal(("team", 2.0), (comparison.Source, comparison.Margin));
        Assert.Equal("prompt", Assert.Single(read.Unused).Name);
    }

    [Theory]
    [InlineData("promt=q", "did you mean prompt")]
    [InlineData("prompt=a,chosen=a", "cannot be both")]
    [InlineData("question", "FIELD=COLUMN")]
    public void A_mapping_that_is_none_is_told(string columns, string words) =>
        Assert.Contains(
            words,
            Assert.Throws<ConcordException>(() => ColumnMapping.Parse(columns)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_column_that_is_named_must_be_there()
    {
        const string record = """{"question":"q","chosen":"a","rejected":"b"}""";
        var error = Assert.Throws<ConcordException>(() => Read(record, Columns("prompt=qestion")));
        Assert.Contains("Did you mean question?", error.Message, StringComparison.Ordinal);
        var read = Read($$"""{{record}}{{"\n"}}{"chosen":"a","rejected":"b"}""", Columns("prompt=question"));
        Assert.Equal("\"question\" (prompt) is missing.", Assert.Single(read.Problems).Message);
    }

    [Fact]
    public void Columns_left_aside_are_counted_where_they_hold_something()
    {
        var lines = new StringBuilder();
        for (var line = 0; line < 30; line++)
            lines.AppendLine(
                CultureInfo.InvariantCulture,
                $$"""{"id":{{line}},"prompt":"q{{line}}","chosen":"a","rejected":"b","rationale":"{{(line % 2 == 0 ? "" : "x")}}","images":[]}"""
            );
        var read = Read(lines.ToString());
        Assert.Equal(
            [("id", 30, true), ("rationale", 15, false)],
            read.Unused.Select(one => (one.Name, one.Records, one.IsBookkeeping))
        );
        Assert.Equal("file.jsonl: columns not used: rationale (15 records)", UnusedColumns.Said(read));
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("x.jsonl"), lines.ToString());
        var notes = PreferenceFile.Stream(folder.File("x.jsonl")).Last().Notes;
        Assert.EndsWith("columns not used: rationale (15 records)", Assert.Single(notes), StringComparison.Ordinal);
    }
}
