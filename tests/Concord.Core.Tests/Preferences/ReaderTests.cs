using System.Text;
using Concord.Preferences;
using Concord.Preferences.Readers;
using Xunit;

namespace Concord.Tests.Preferences;

/// <summary>
/// Each format by a record of a few words: what becomes prompt, responses, scores, source and annotator.
/// </summary>
public class ReaderTests
{
    internal static ReadResult Read(string content, string name = "file.jsonl", ReadOptions? options = null) =>
        PreferenceFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(content)), name, options);

    private static Comparison One(string content, string format, ReadOptions? options = null)
    {
        var result = Read(content, options: options);
        Assert.Equal(format, result.Format.Name);
        Assert.Empty(result.Problems);
        return Assert.Single(result.Comparisons);
    }

    private static string Turns(IEnumerable<Message> messages) =>
        string.Join("|", messages.Select(message => $"{message.Role[0]}:{message.Content}"));

    private static string Answers(Comparison comparison) =>
        string.Join("|", comparison.Responses.Select(response => response.Text));

    [Theory]
    [InlineData(
        """{"chosen":"\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant: d","rejected":"\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant: e"}"""
    )]
    [InlineData(
        """{"chosen":"Human: a\n\nAssistant: b\n\nHuman: c\n\nAssistant: d","rejected":"Human: a\n\nAssistant: b\n\nHuman: c\n\nAssistant: e"}"""
    )]
    public void Hh_is_split_at_the_last_assistant_turn(string record)
    {
        var comparison = One(record, "hh");
        Assert.Equal("u:a|a:b|u:c", Turns(comparison.Prompt));
        Assert.Equal("d|e", Answers(comparison));
        Assert.Equal([1, 0], comparison.Scores);
        Assert.Equal("file", comparison.Source);
        Assert.Equal(new RecordOrigin("file.jsonl", 1), comparison.Origin);
    }

    [Fact]
    public void Hh_dialogues_that_part_earlier_share_no_more_than_they_do()
    {
        var comparison = One(
            """{"chosen":"\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant: d","rejected":"\n\nHuman: a\n\nAssistant: x"}""",
            "hh"
        );
        Assert.Equal("u:a", Turns(comparison.Prompt));
        Assert.Equal("a:b|u:c|a:d", Turns(comparison.Responses[0].Messages));
        Assert.Equal("a:x", Turns(comparison.Responses[1].Messages));
    }

    [Fact]
    public void An_objective_is_the_source_unless_one_is_named()
    {
        const string record =
            """{"chosen":"Human: a\n\nAssistant: b","rejected":"Human: a\n\nAssistant: c","objective":"helpful","prompt":"Human: a\n\nAssistant:","responses":["b","c"],"label":0}""";
        Assert.Equal("helpful", One(record, "hh").Source);
        Assert.Equal("mine", One(record, "hh", new ReadOptions { Source = "mine" }).Source);
    }

    [Fact]
    public void Whole_texts_stay_and_scores_below_zero_are_padding()
    {
        var result = Read(
            """[{"text":["## Human:\nq\n\n## Assistant:\n a ","## Human:\nq\n\n## Assistant:\nb",""],"score":["1.5",0.5,-1]}]""",
            "x/webgpt.json"
        );
        var comparison = Assert.Single(result.Comparisons);
        Assert.Equal(ComparisonForm.Text, comparison.Form);
        Assert.Equal("## Human:\nq\n\n## Assistant:\n a ", comparison.Responses[0].Text);
        Assert.Equal([1.5, 0.5], comparison.Scores);
        Assert.Equal("webgpt", comparison.Source);
        Assert.Equal(1, Assert.Single(result.Dropped).Value);
        Assert.Equal(PromptIdentity.OfMessages([new Message(Roles.User, "q")]), comparison.PromptId);
    }

    [Theory]
    [InlineData(
        """[{"question":{"dataset":"d","id":"1","full_text":"q"},"answer":"a","score":-0.5,"tokens":{},"quotes":{}},{"question":{"full_text":"q"},"answer":"b","score":0.5}]"""
    )]
    [InlineData(
        """[[{"question":{"full_text":"q"},"answer":"a","score":-0.5},{"question":{"full_text":"q"},"answer":"b","score":0.5}]]"""
    )]
    [InlineData("""{"question":"q","answer_0":"a","score_0":-0.5,"answer_1":"b","score_1":0.5}""")]
    [InlineData("""{"question":{"full_text":"q"},"answer_0":"a","score_0":"-0.5","answer_1":"b","score_1":0.5}""")]
    public void WebGpt_raw_and_flattened(string record)
    {
        var comparison = One(record, "webgpt");
        Assert.Equal("u:q", Turns(comparison.Prompt));
        Assert.Equal("a|b", Answers(comparison));
        Assert.Equal([-0.5, 0.5], comparison.Scores);
    }

    [Fact]
    public void WebGpt_lines_are_told_from_a_file_that_is_one_array()
    {
        const string line =
            """[{"question":{"full_text":"q"},"answer":"a","score":0},{"question":{"full_text":"q"},"answer":"b","score":0}]""";
        var result = Read($"{line}\n{line}\n");
        Assert.Equal(2, result.Records);
        Assert.Equal([1, 2], result.Comparisons.Select(comparison => comparison.Origin.Line));
        Assert.All(result.Comparisons, comparison => Assert.Equal(0, comparison.StrictPairs));
    }

    [Fact]
    public void Summarize_keeps_the_worker()
    {
        var comparison = One(
            """{"info":{"id":"t","post":"p","title":"t","subreddit":"s"},"summaries":[{"text":" a"},{"text":" b","note":null}],"choice":1,"worker":"w","extra":null}""",
            "summarize"
        );
        Assert.Equal("u:SUBREDDIT: r/s\n\nTITLE: t\n\nPOST: p\n\nTL;DR:", Turns(comparison.Prompt));
        Assert.Equal("a|b", Answers(comparison));
        Assert.Equal([0, 1], comparison.Scores);
        Assert.Equal("w", comparison.Annotator);
        Assert.Equal(
            "u:Title: t\n\nx\n\nTL;DR:",
            Turns(
                One(
                    """{"info":{"article":"x","title":"t"},"summaries":[{"text":"a"},{"text":"b"}],"choice":0,"worker":"w"}""",
                    "summarize"
                ).Prompt
            )
        );
    }

    [Fact]
    public void Each_domain_prefers_its_own_response()
    {
        var result = Read("""{"query":"q","responses":{"x":"a","y":"b","z":"c"}}""");
        Assert.Equal(["x", "y", "z"], result.Comparisons.Select(comparison => comparison.Source));
        Assert.Equal([0, 1, 0], result.Comparisons[1].Scores);
        Assert.Equal("a|b|c", Answers(result.Comparisons[1]));
    }

    [Fact]
    public void PandaLm_gives_one_comparison_per_annotator()
    {
        var result = Read(
            """[{"idx":0,"instruction":"i","input":"n","response1":"a","response2":true,"annotator1":"0","annotator2":1,"annotator3":2}]"""
        );
        Assert.Equal("pandalm", result.Format.Name);
        Assert.Equal("u:i\n\nn", Turns(result.Comparisons[0].Prompt));
        Assert.Equal("a|True", Answers(result.Comparisons[0]));
        Assert.Equal(
            ["annotator1", "annotator2", "annotator3"],
            result.Comparisons.Select(comparison => comparison.Annotator)
        );
        Assert.Equal([0, 1, 1], result.Comparisons.Select(comparison => comparison.StrictPairs));
        Assert.Equal([0, 1], result.Comparisons[2].Scores);
    }

    [Fact]
    public void Oasst_compares_ranked_answers_and_counts_what_it_leaves_out()
    {
        var result = Read(
            """
            {"message_tree_id":"t","tree_state":"ready_for_export","prompt":{"text":"q","role":"prompter","replies":[{"text":"a","role":"assistant","rank":1,"replies":[]},{"text":"b","role":"assistant","rank":0,"replies":[{"text":"r","role":"prompter","replies":[{"text":"c","role":"assistant","rank":2},{"text":"d","role":"assistant","rank":2}]}]},{"text":"gone","role":"assistant","rank":2,"deleted":true,"replies":[]},{"text":"e","role":"assistant","replies":[]}]}}
            {"message_tree_id":"u","tree_state":"growing","prompt":{"text":"q","role":"prompter","replies":[]}}
            {"message_tree_id":"v","tree_state":"ready_for_export","prompt":{"text":"q","role":"prompter","replies":[]}}
            """
        );
        Assert.Equal("oasst", result.Format.Name);
        Assert.Equal(2, result.Comparisons.Count);
        Assert.Equal("a|b", Answers(result.Comparisons[0]));
        Assert.Equal([-1, 0], result.Comparisons[0].Scores);
        Assert.Equal("u:q|a:b|u:r", Turns(result.Comparisons[1].Prompt));
        Assert.Equal(0, result.Comparisons[1].StrictPairs);
        Assert.Equal(
            new Dictionary<string, int>
            {
                ["deleted messages and what follows them"] = 1,
                ["trees in state growing"] = 1,
                ["trees without two ranked answers to one message"] = 1,
                ["unranked answers beside ranked ones"] = 1,
            },
            result.Dropped
        );
    }

    [Fact]
    public void Oasst_flat_messages_are_put_together()
    {
        var result = Read(
            """
            {"message_id":"1","parent_id":null,"message_tree_id":"1","text":"q","role":"prompter","rank":null,"deleted":false,"tree_state":"ready_for_export"}
            {"message_id":"3","parent_id":"1","message_tree_id":"1","text":"b","role":"assistant","rank":0,"deleted":false,"tree_state":"ready_for_export"}
            {"message_id":"2","parent_id":"1","message_tree_id":"1","text":"a","role":"assistant","rank":1.0,"deleted":false,"tree_state":"ready_for_export"}
            {"message_id":"9","parent_id":"8","message_tree_id":"8","text":"a","role":"assistant","rank":1,"deleted":false,"tree_state":"ready_for_export"}
            """
        );
        Assert.Equal("oasst-messages", result.Format.Name);
        Assert.Equal(4, result.Records);
        var comparison = Assert.Single(result.Comparisons);
        Assert.Equal("b|a", Answers(comparison));
        Assert.Equal(1, comparison.Origin.Line);
        Assert.Equal(1, result.Dropped["messages whose parent is not in the file"]);
    }

    [Theory]
    [InlineData("""{"prompt":"p","chosen":"a","rejected":"b","margin":0.5}""", "u:p")]
    [InlineData(
        """{"prompt":"Human: p\n\nAssistant: x\n\nHuman: y\n\nAssistant:","chosen":"a","rejected":"b","margin":0.5}""",
        "u:p|a:x|u:y"
    )]
    [InlineData(
        """{"prompt":[{"role":"system","content":"s"},{"role":"user","content":"p"}],"chosen":[{"role":"assistant","content":"a"}],"rejected":[{"role":"assistant","content":"b"}],"margin":0.5}""",
        "s:s|u:p"
    )]
    [InlineData(
        """{"chosen":[{"role":"user","content":"p"},{"role":"assistant","content":"a"}],"rejected":[{"role":"user","content":"p"},{"role":"assistant","content":"b"}],"margin":0.5}""",
        "u:p"
    )]
    [InlineData(
        """{"prompt":"p","chosen":[{"role":"user","content":"p"},{"role":"assistant","content":"a"}],"rejected":[{"role":"user","content":"p"},{"role":"assistant","content":"b"}],"margin":0.5}""",
        "u:p"
    )]
    [InlineData(
        """{"prompt":"Human: p","chosen":"Human: p\n\nAssistant: a","rejected":"Human: p\n\nAssistant: b","margin":"0.5"}""",
        "u:p"
    )]
    public void Trl_prompts_may_be_explicit_or_implicit(string record, string prompt)
    {
        var comparison = Read(record).Comparisons[0];
        Assert.Equal(prompt, Turns(comparison.Prompt));
        Assert.Equal("a|b", Answers(comparison));
        Assert.Equal(0.5, comparison.Margin);
        Assert.Equal(ComparisonForm.Messages, comparison.Form);
    }

    [Fact]
    public void Trl_texts_without_a_prompt_are_whole()
    {
        var comparison = One("""{"chosen":"The sky is. Blue.","rejected":"The sky is. Green."}""", "trl");
        Assert.Equal(ComparisonForm.Text, comparison.Form);
        Assert.Equal("The sky is. Blue.|The sky is. Green.", Answers(comparison));
        Assert.Equal(PromptIdentity.OfPromptText("The sky is."), comparison.PromptId);
    }

    [Fact]
    public void Trl_continuations_are_joined_as_they_are()
    {
        const string record = """{"prompt":"The sky is","chosen":" blue.","rejected":" green."}""";
        Assert.Equal(ComparisonForm.Messages, One(record, "trl").Form);
        var named = new ReadOptions { Format = PreferenceFormat.Parse("trl-text") };
        var comparison = One(record, "trl-text", named);
        Assert.Equal(ComparisonForm.Text, comparison.Form);
        Assert.Equal("The sky is", comparison.PromptText);
        Assert.Equal(" blue.| green.", Answers(comparison));
    }

    [Theory]
    [InlineData(16, 0)]
    [InlineData(0, 16)]
    [InlineData(9, 1)]
    public void Spaces_of_the_first_answers_decide_no_format(int spaced, int plain)
    {
        string Lines(string space, int count) =>
            string.Concat(
                Enumerable.Repeat($"{{\"prompt\":\"p\",\"chosen\":\"{space}a\",\"rejected\":\"{space}b\"}}\n", count)
            );
        foreach (var text in (string[])[Lines(" ", spaced) + Lines("", plain), Lines("", plain) + Lines(" ", spaced)])
        {
            var read = Read(text);
            Assert.Equal("trl", read.Format.Name);
            Assert.All(read.Comparisons, one => Assert.Equal(ComparisonForm.Messages, one.Form));
            if (spaced > plain)
                Assert.Contains($"{spaced} of {spaced + plain}", Continuations.Note(read), StringComparison.Ordinal);
            else
                Assert.Null(Continuations.Note(read));
        }
    }

    [Theory]
    [InlineData("""{"prompt":"p","chosen":"a","rejected":"b","score_chosen":3,"score_rejected":3.0}""", 0)]
    [InlineData("""{"prompt":"p","chosen":"a","rejected":"b","metadata":{"score_chosen":3,"score_rejected":3}}""", 0)]
    [InlineData("""{"prompt":"p","chosen":"a","rejected":"b","score_chosen":2,"score_rejected":3}""", 1)]
    [InlineData("""{"prompt":"p","chosen":"a","rejected":"b","score_chosen":4,"score_rejected":3}""", 1)]
    public void Equal_scores_are_a_tie_and_the_label_decides_the_rest(string record, int strict)
    {
        var comparison = Read(record).Comparisons[0];
        Assert.Equal(strict, comparison.StrictPairs);
        Assert.True(comparison.Scores[0] >= comparison.Scores[1]);
    }

    [Fact]
    public void Token_ids_are_taken_as_they_are()
    {
        var whole = One("""{"chosen_ids":[1,2,3,4,5],"rejected_ids":[1,2,3,4],"margin":null}""", "token-ids");
        Assert.Equal(ComparisonForm.TokenIds, whole.Form);
        Assert.Empty(whole.PromptTokenIds);
        Assert.Equal([1, 2, 3, 4, 5], whole.Responses[0].TokenIds);
        Assert.Null(whole.Margin);
        var split = One("""{"prompt_ids":[1,2,3,4],"chosen_ids":[5],"rejected_ids":[]}""", "token-ids");
        Assert.Equal([1, 2, 3, 4], split.PromptTokenIds);
        Assert.Equal(whole.PromptId, split.PromptId);
        Assert.Contains(
            "-1",
            Read(
                """
                {"chosen_ids":[1],"rejected_ids":[2]}
                {"chosen_ids":[-1],"rejected_ids":[1]}
                """
            )
                .Problems[0]
                .Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void ShareGpt_with_messages_texts_and_tools()
    {
        var comparison = One(
            """{"conversations":[{"from":"human","value":"q"},{"from":"function_call","value":"f"},{"from":"observation","value":"o"}],"tools":"[t]","chosen":"a","rejected":{"from":"gpt","value":"b"}}""",
            "sharegpt"
        );
        Assert.Equal("u:q|a:f|t:o", Turns(comparison.Prompt));
        Assert.Equal("[t]", comparison.Tools);
        Assert.Equal("a|b", Answers(comparison));
        var parts = One(
            """{"chosen_messages":[{"role":"user","content":[{"type":"text","value":"q"}]},{"role":"assistant","content":[{"type":"text","value":"a"}]}],"rejected_messages":[{"role":"user","content":"q"},{"role":"assistant","content":"b"}]}""",
            "sharegpt"
        );
        Assert.Equal("u:q", Turns(parts.Prompt));
    }

    [Fact]
    public void Any_number_of_responses_in_the_general_form()
    {
        var scored = One(
            """{"prompt":"p","responses":["a","b",[{"role":"assistant","content":"c"}]],"scores":[0.1,3,3],"source":"s","annotator":7}""",
            "responses"
        );
        Assert.Equal("a|b|c", Answers(scored));
        Assert.Equal(("s", "7", 2), (scored.Source, scored.Annotator, scored.StrictPairs));
        Assert.Equal(
            [-1, -2],
            One(
                """{"messages":[{"role":"user","content":"p"}],"responses":["a","b"],"ranks":[1,2]}""",
                "responses"
            ).Scores
        );
        Assert.Equal(
            [0],
            One(
                """{"prompt_ids":[1],"response_ids":[[2]]}""",
                "responses",
                new ReadOptions { AllowUnscored = true }
            ).Scores
        );
        Assert.Contains(
            "scores",
            Assert.Throws<ConcordException>(() => Read("""{"prompt":"p","responses":["a","b"]}""")).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(
        """{"instruction":"i","output_1":"a","output_2":"b","preference":2,"annotator":"x"}""",
        "alpaca-eval",
        -1
    )]
    [InlineData("""{"instruction":"i","output_1":"a","output_2":"b","preference":1.2}""", "alpaca-eval", 1)]
    [InlineData("""{"instruction":"i","output_1":"a","output_2":"b","preference":0}""", "alpaca-eval", 0)]
    [InlineData("""{"instruction":"i","output_1":"a","output_2":"b","preference":1.5}""", "alpaca-eval", 0)]
    [InlineData("""{"input":"i","output_1":"a","output_2":"b","label":2}""", "llmbar", -1)]
    [InlineData("""{"prompt":"i","response 1":"a","response 2":"b","label":0}""", "auto-j", 1)]
    [InlineData("""{"prompt":"i","response 1":"a","response 2":"b","label":2}""", "auto-j", 0)]
    [InlineData("""{"question":"i","response_A":"a","response_B":"b","label":"B>A"}""", "judgebench", -1)]
    [InlineData(
        """{"question_text":"i","answer1":"a","answer2":"b","BetterAnswer":"Answer A","annotator":3}""",
        "lfqa",
        1
    )]
    [InlineData("""{"question":"i","response_j":"a","response_k":"b"}""", "stack-exchange", 1)]
    [InlineData("""{"history":"i","human_ref_A":"a","human_ref_B":"b","labels":0,"domain":"d"}""", "shp", -1)]
    [InlineData(
        """{"conversation_input":[{"role":"user","content":"i"}],"chosen":{"answer":"a"},"reject":{"answer":"b"}}""",
        "rmb",
        1
    )]
    [InlineData(
        """{"instruction":"i","completions":[{"response":"a","overall_score":1},{"response":"b","overall_score":"2"},{"response":"c"}]}""",
        "ultrafeedback",
        -1
    )]
    [InlineData(
        """{"context":[{"role":"user","content":"i"}],"completions":[{"rank":0,"completion":[{"role":"assistant","content":"a"}]},{"rank":1,"completion":"b"}],"task_name":"t"}""",
        "ranked-completions",
        1
    )]
    [InlineData(
        """{"x":[{"bias":"x","instruction":"i","response1":"a","response2":"b","label":1}]}""",
        "evalbiasbench",
        1
    )]
    public void Two_answers_and_a_verdict(string record, string format, int verdict)
    {
        var comparison = One(record, format);
        Assert.Equal("u:i", Turns(comparison.Prompt));
        Assert.Equal("a|b", Answers(comparison));
        Assert.Equal(verdict, Math.Sign(comparison.Scores[0] - comparison.Scores[1]));
    }

    [Fact]
    public void Six_votes_over_four_answers_stay_six()
    {
        var result = Read(
            """{"question":"q","passages":[["t","s"]],"prediction 1":"a","prediction 2":"b","prediction 3":"c","prediction 4":"d","preference":[0,1,2,0,0,1]}"""
        );
        Assert.Equal("qa-feedback", result.Format.Name);
        Assert.Equal("a|b a|c a|d b|c b|d c|d", string.Join(' ', result.Comparisons.Select(Answers)));
        Assert.Equal([0, 1, 1, 0, 0, 1], result.Comparisons.Select(comparison => comparison.StrictPairs));
    }

    [Theory]
    [InlineData("helpful.json", "helpful")]
    [InlineData("/a/b/harmless-base.jsonl.gz", "harmless-base")]
    [InlineData("a.b.JSONL", "a.b")]
    [InlineData("dataset=x,model=v1.2", "dataset=x,model=v1.2")]
    [InlineData("votes.parquet", "votes")]
    public void A_source_is_named_after_its_file(string file, string source) =>
        Assert.Equal(source, SourceName.OfFile(file));

    [Fact]
    public void Formats_have_stable_names_and_a_wrong_one_is_told_the_nearest()
    {
        foreach (var format in PreferenceFormat.All)
            Assert.Same(format, PreferenceFormat.Parse(format.Name));
        Assert.Contains(
            "did you mean pandalm?",
            Assert.Throws<ConcordException>(() => PreferenceFormat.Parse("panda")).Message,
            StringComparison.Ordinal
        );
        Assert.Equal(PreferenceFormat.All.Count, PreferenceFormat.All.Select(format => format.Name).Distinct().Count());
    }
}
