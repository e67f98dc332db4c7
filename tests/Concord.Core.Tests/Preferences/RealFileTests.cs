using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Concord.Preferences;
using Concord.Preferences.Readers;
using Xunit;

namespace Concord.Tests.Preferences;

/// <summary>Every file of real preferences gives what its README says, and nothing is lost on the way.</summary>
public class RealFileTests
{
    private static ReadResult Read(params string[] parts) => PreferenceFile.Read(Shared.Path(["data", .. parts]));

    [Theory]
    [InlineData("helpful.json", "text-score", 1882, 1882, 0)]
    [InlineData("harmless.json", "text-score", 1850, 1850, 0)]
    [InlineData("harmless-base.jsonl.gz", "hh", 1850, 1850, 0)]
    [InlineData("webgpt.json", "text-score", 721, 721, 194)]
    [InlineData("domain_specific_preference.jsonl", "domain-specific", 529, 529 * 5, 0)]
    [InlineData("pandalm_testset.json", "pandalm", 800, 2400, -1)]
    [InlineData("oasst_en.trees.jsonl", "oasst", 80, 170, 0)]
    [InlineData("samples/summarize_from_feedback/comparisons.README-record.json", "summarize", 1, 1, 0)]
    [InlineData("samples/pku-saferlhf/data/Alpaca-7B/test.jsonl", "safe-rlhf", 8, 16, 0)]
    [InlineData("samples/relabeled_hh_rlhf/helpful/test.jsonl.gz", "hh", 120, 120, 0)]
    [InlineData("samples/relabeled_hh_rlhf/harmless/test.jsonl.gz", "hh", 120, 120, 0)]
    [InlineData("samples/hh-rlhf-explicit/test_prefs.jsonl", "trl", 250, 250, 0)]
    [InlineData("samples/lfqa_eval/Biology_12_Common20.json", "lfqa", 20, 20, 0)]
    [InlineData("samples/lfqa_eval/Biology_8_Common20.json", "lfqa", 20, 20, 0)]
    [InlineData("samples/lfqa_eval/Biology_9_Common20.json", "lfqa", 20, 20, 0)]
    [InlineData("samples/lfqa_eval/Physics_11_Common20.json", "lfqa", 20, 20, 0)]
    [InlineData("samples/lfqa_eval/Physics_14_Common20.json", "lfqa", 20, 20, 0)]
    [InlineData("samples/qa_feedback/dev_feedback.json", "qa-feedback", 50, 300, -1)]
    [InlineData("samples/rmb/BoN_set/Helpfulness/Reasoning/Logical Deduction.json", "rmb", 35, 35, 0)]
    [InlineData("samples/rmb/BoN_set/Helpfulness/Closed QA/OptionBased.json", "rmb", 60, 60, 0)]
    [InlineData("samples/rmb/BoN_set/Helpfulness/Rewrite/Tone Adjustment.json", "rmb", 13, 13, 0)]
    [InlineData("samples/rmb/Pairwise_set/Helpfulness/Reasoning/Pattern Recognition.json", "rmb", 39, 39, 0)]
    [InlineData(
        "samples/alpaca_eval/alpaca-farm-ppo-human/alpaca_eval_gpt4/annotations.json",
        "alpaca-eval",
        160,
        160,
        -1
    )]
    [InlineData(
        "samples/alpaca_eval/alpaca-farm-ppo-human/weighted_alpaca_eval_gpt4_turbo/annotations.json",
        "alpaca-eval",
        70,
        70,
        -1
    )]
    [InlineData(
        "samples/judgebench/dataset=judgebench,response_model=gpt-4o-2024-05-13.jsonl",
        "judgebench",
        60,
        60,
        0
    )]
    [InlineData(
        "samples/judgebench/dataset=judgebench,response_model=gpt-4o-2024-05-13,judge_name=reward_model,judge_model=Skywork_Skywork-Reward-Llama-3.1-8B.jsonl",
        "judgebench",
        60,
        60,
        0
    )]
    [InlineData("samples/llmbar/LLMBar/Natural/dataset.json", "llmbar", 75, 75, 0)]
    [InlineData("samples/llmbar/LLMBar/Adversarial/Neighbor/dataset.json", "llmbar", 100, 100, 0)]
    [InlineData("samples/llmbar/LLMBar/Adversarial/Manual/dataset.json", "llmbar", 34, 34, 0)]
    [InlineData("samples/llmbar/Processed/MT-Bench/dataset.json", "llmbar", 150, 150, 0)]
    [InlineData("samples/llmbar/Processed/FairEval/dataset.json", "llmbar", 50, 50, 0)]
    [InlineData("samples/auto-j/testdata_pairwise.jsonl", "auto-j", 100, 100, -1)]
    [InlineData("samples/evalbiasbench/biasbench.json", "evalbiasbench", 1, 68, 0)]
    [InlineData("samples/ultrafeedback/eval_clean.jsonl", "trl", 110, 110, -1)]
    [InlineData("samples/ultrafeedback/label_flip_30.jsonl", "trl", 100, 100, -1)]
    [InlineData("samples/llamafactory/dpo_en_demo.json", "sharegpt", 60, 60, 0)]
    [InlineData("samples/llamafactory/v1_dpo_demo.jsonl", "sharegpt", 8, 8, 0)]
    [InlineData("samples/medicalgpt/dpo_zh_500.jsonl", "sharegpt", 100, 100, 0)]
    [InlineData("samples/medicalgpt/toolcall_dpo_zh_demo.jsonl", "sharegpt", 9, 9, 0)]
    [InlineData("samples/torchtune/stack_exchange_paired_tiny.json", "stack-exchange", 19, 19, 0)]
    [InlineData("samples/torchtune/hh_rlhf_tiny.json", "trl", 1, 1, 0)]
    [InlineData("samples/open-assistant/en_100_tree.jsonl", "oasst", 30, -1, 0)]
    [InlineData("samples/open-assistant/en_100_message.jsonl", "oasst", 30, -1, 0)]
    public void Every_record_is_read(string file, string format, int records, int comparisons, int ties)
    {
        var result = Read(file.Split('/'));
        Assert.Equal(format, result.Format.Name);
        Assert.Empty(result.Problems);
        Assert.Equal(records, result.Records);
        if (comparisons >= 0)
            Assert.Equal(comparisons, result.Comparisons.Count);
        if (ties >= 0)
            Assert.Equal(ties, result.Comparisons.Count(comparison => comparison.StrictPairs == 0));
        foreach (var comparison in result.Comparisons)
        {
            Assert.Equal(comparison.Responses.Count, comparison.Scores.Count);
            Assert.True(comparison.Responses.Count > 1);
            Assert.Equal(32, comparison.PromptId.Length);
            Assert.InRange(comparison.Origin.Line, 1, records);
        }
    }

    [Theory]
    [InlineData("samples/llamafactory/kto_en_demo.json", "unpaired")]
    [InlineData("samples/summarize_from_feedback/axis_evals.README-record.json", "axis")]
    [InlineData("samples/llmfao/pairs-crowd.jsonl", "LLMFAO")]
    [InlineData("samples/llmfao/crowd-comparisons.csv", "LLMFAO")]
    [InlineData("samples/llmfao/gpt4-crowd-comparisons.csv", "LLMFAO")]
    [InlineData("samples/rmb/ArmoRM-Llama3-8B-v0.1_result.json", "evaluate --scores")]
    [InlineData("samples/hhh_alignment/hhh_alignment_eval.json", "judge")]
    public void What_is_no_comparison_is_refused_by_name(string file, string word)
    {
        var error = Assert.Throws<ConcordException>(() => Read(file.Split('/')));
        Assert.Contains(file.Split('/')[^1], error.Message, StringComparison.Ordinal);
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_pairs_have_the_same_prompt_ids_in_both_forms()
    {
        var texts = Read("harmless.json").Comparisons;
        var raw = Read("harmless-base.jsonl.gz").Comparisons;
        Assert.Equal(texts.Select(comparison => comparison.PromptId), raw.Select(comparison => comparison.PromptId));
        Assert.Equal(
            texts.Select(comparison => string.Concat(PromptIdentity.OfResponses(comparison))),
            raw.Select(comparison => string.Concat(PromptIdentity.OfResponses(comparison)))
        );
        Assert.InRange(texts.Select(comparison => comparison.PromptId).Distinct().Count(), 1800, 1850);
    }

    [Fact]
    public void Raw_dialogues_are_split_at_the_last_assistant_turn_and_lose_nothing()
    {
        var comparisons = Read("harmless-base.jsonl.gz").Comparisons;
        using var lines = new StreamReader(
            new GZipStream(File.OpenRead(Shared.Path("data", "harmless-base.jsonl.gz")), CompressionMode.Decompress)
        );
        var parted = 0;
        foreach (var comparison in comparisons)
        {
            using var record = JsonDocument.Parse(lines.ReadLine()!);
            string[] texts =
            [
                record.RootElement.GetProperty("chosen").GetString()!,
                record.RootElement.GetProperty("rejected").GetString()!,
            ];
            for (var at = 0; at < 2; at++)
            {
                Assert.Equal(
                    texts[at],
                    DialogueText.Format([.. comparison.Prompt, .. comparison.Responses[at].Messages])
                );
                if (comparison.Responses[at].Messages.Count == 1)
                    Assert.Equal(
                        texts[at].LastIndexOf("\n\nAssistant:", StringComparison.Ordinal),
                        DialogueText.Format(comparison.Prompt).Length
                    );
            }
            if (comparison.Responses.Any(response => response.Messages.Count > 1))
                parted++;
        }
        // Five pairs of the file have dialogues that part before the last turn.
        Assert.Equal(5, parted);
    }

    [Fact]
    public void Whole_texts_stay_unchanged()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Shared.Path("data", "webgpt.json")));
        var comparisons = Read("webgpt.json").Comparisons;
        foreach (var (record, comparison) in file.RootElement.EnumerateArray().Zip(comparisons))
        {
            Assert.Equal(ComparisonForm.Text, comparison.Form);
            Assert.Equal("", comparison.PromptText);
            Assert.Equal(
                record.GetProperty("text").EnumerateArray().Select(text => text.GetString()),
                comparison.Responses.Select(response => response.Text)
            );
            Assert.Equal(
                record.GetProperty("score").EnumerateArray().Select(score => score.GetDouble()),
                comparison.Scores
            );
            Assert.Equal("webgpt", comparison.Source);
        }
    }

    [Fact]
    public void Domains_and_objectives_are_sources()
    {
        var domains = Read("domain_specific_preference.jsonl").Comparisons;
        Assert.Equal(
            ["academy", "business", "entertainment", "literature", "normal"],
            domains.Select(comparison => comparison.Source).Distinct()
        );
        foreach (var comparison in domains)
        {
            Assert.Equal(5, comparison.Responses.Count);
            Assert.Equal(4, comparison.StrictPairs);
        }
        Assert.Equal(
            ["helpful"],
            Read("samples", "relabeled_hh_rlhf", "helpful", "test.jsonl.gz")
                .Comparisons.Select(comparison => comparison.Source)
                .Distinct()
        );
        Assert.Equal(
            ["helpfulness", "harmlessness"],
            Read("samples", "pku-saferlhf", "data", "Alpaca-7B", "test.jsonl")
                .Comparisons.Select(comparison => comparison.Source)
                .Distinct()
        );
        Assert.Equal(
            ["harmless-base"],
            Read("harmless-base.jsonl.gz").Comparisons.Select(comparison => comparison.Source).Distinct()
        );
    }

    [Fact]
    public void Annotators_stay_apart()
    {
        var votes = Read("pandalm_testset.json").Comparisons;
        Assert.Equal(800, votes.Count(comparison => comparison.Annotator == "annotator2"));
        // 70 of the first annotator's 800 votes are ties.
        Assert.Equal(
            70,
            votes.Count(comparison => comparison.Annotator == "annotator1" && comparison.StrictPairs == 0)
        );
        Assert.Equal(
            "ikNmucwunMnYJCQpnq6ZYb57OW7NiD",
            Read("samples", "summarize_from_feedback", "comparisons.README-record.json").Comparisons[0].Annotator
        );
    }

    [Fact]
    public void Both_serialisations_of_a_tree_give_the_same()
    {
        var trees = Read("samples", "open-assistant", "en_100_tree.jsonl");
        var messages = Read("samples", "open-assistant", "en_100_message.jsonl");
        Assert.Equal(
            trees.Comparisons.Select(comparison => comparison.PromptId),
            messages.Comparisons.Select(comparison => comparison.PromptId)
        );
        Assert.Equal(
            trees.Comparisons.SelectMany(comparison => comparison.Scores),
            messages.Comparisons.SelectMany(comparison => comparison.Scores)
        );
        Assert.Equal(trees.Dropped, messages.Dropped);
    }

    [Fact]
    public void Texts_are_exactly_the_published_ones()
    {
        // response_k_sha256 is the SHA-256 of prompt + response.
        var comparisons = Read("samples", "pku-saferlhf", "data", "Alpaca-7B", "test.jsonl").Comparisons;
        var lines = File.ReadAllLines(
            Shared.Path("data", "samples", "pku-saferlhf", "data", "Alpaca-7B", "test.jsonl")
        );
        foreach (var comparison in comparisons)
        {
            using var record = JsonDocument.Parse(lines[comparison.Origin.Line - 1]);
            for (var at = 0; at < 2; at++)
            {
                var text = comparison.Prompt[0].Content + comparison.Responses[at].Text;
                Assert.Equal(
                    record.RootElement.GetProperty($"response_{at}_sha256").GetString(),
                    Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))
                );
            }
        }
    }

    [Fact]
    public void Equal_scores_are_ties_however_the_answers_are_called()
    {
        Assert.Contains(
            Read("samples", "ultrafeedback", "eval_clean.jsonl").Comparisons,
            comparison => comparison.StrictPairs == 0
        );
        // A label that contradicts its scores stays the label.
        foreach (var comparison in Read("samples", "ultrafeedback", "label_flip_30.jsonl").Comparisons)
            Assert.True(comparison.Scores[0] >= comparison.Scores[1]);
    }
}
