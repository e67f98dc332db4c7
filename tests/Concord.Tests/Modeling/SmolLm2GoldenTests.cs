using System.Text.Json;
using Concord.Modeling;
using Concord.Modeling.Language;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using Concord.Tokenization;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Modeling;

public sealed class SmolLm2GoldenTests(SmolLm2 model) : IClassFixture<SmolLm2>
{
    private static JsonElement Expected() =>
        JsonDocument.Parse(File.ReadAllText(Shared.Path("golden", "smollm2", "expected.json"))).RootElement;

    [Fact]
    public void Tokens_hidden_states_and_log_probabilities_equal_those_of_transformers()
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        using var language = LanguageModel.Load(model.Folder);
        using var expected = GoldenTensors.Open("golden", "smollm2", "expected.safetensors");
        var tokenizer = Tokenizer.Load(model.Folder);
        var index = 0;
        foreach (var prompt in Expected().GetProperty("logits").EnumerateArray())
        {
            var ids = Ints(prompt.GetProperty("ids"));
            Assert.Equal(ids, tokenizer.Encode(prompt.GetProperty("prompt").GetString()!, addSpecialTokens: true));
            using var batch = PackedBatch.Create([Batches.Of("s", [0], ids)]);
            var hidden = HiddenStates.Of(language, batch.Tokens);
            GoldenTensors.Close(
                expected.Load($"prompt{index}.final_hidden"),
                hidden,
                2e-3,
                $"prompt {index} hidden states"
            );
            var logits = HiddenStates.Logits(language, hidden);
            GoldenTensors.Close(
                expected.Load($"prompt{index}.last_logits"),
                logits[^1],
                2e-3,
                $"prompt {index} last logits"
            );
            using var asked = LanguageBatch.Create([new(ids[..1], [ids[1..]])]);
            var logProbabilities = language.LogProbabilities(asked);
            GoldenTensors.Close(
                expected.Load($"prompt{index}.token_logprobs"),
                torch.tensor(logProbabilities),
                2e-3,
                $"prompt {index} log-probabilities"
            );
            Assert.Equal(prompt.GetProperty("perplexity").GetDouble(), Math.Exp(-logProbabilities.Average()), 0.01);
            index++;
        }
        Assert.Equal(6, index);
    }

    [Fact]
    public void Rewards_and_gradients_of_MORE_and_MultiTask_equal_the_golden_ones()
    {
        using var scope = torch.NewDisposeScope();
        using var rewardModel = RewardModel.Load(model.Folder, new RewardModelOptions { HeadSeed = 1 });
        using var expected = GoldenTensors.Open("golden", "smollm2", "expected.safetensors");
        using (torch.no_grad())
            rewardModel.Head.Value.copy_(expected.Load("head").view(1, -1));
        rewardModel.SetTrained(TrainedParts.Full);
        var reward = Expected().GetProperty("reward");
        string[] sources = [.. reward.GetProperty("sources").EnumerateArray().Select(source => source.GetString()!)];
        var rows = reward.GetProperty("rows").EnumerateArray().ToArray();
        using var batch = PackedBatch.Create([
            .. rows.Select(row =>
                Batches.Of(
                    $"source{Array.IndexOf(sources, row.GetProperty("source").GetString())}",
                    [1, 0],
                    Ints(row.GetProperty("chosen_ids")),
                    Ints(row.GetProperty("rejected_ids"))
                )
            ),
        ]);
        foreach (
            var (scheme, weights) in (IEnumerable<(string, double[])>)
                [
                    ("more", Doubles(reward.GetProperty("weights").GetProperty("l2"))),
                    ("multitask", [.. sources.Select(_ => 1.0 / sources.Length)]),
                ]
        )
        {
            foreach (var parameter in rewardModel.TrainedParameters)
                parameter.Gradient!.zero_();
            using var output = rewardModel.Forward(batch, record: true);
            for (var i = 0; i < rows.Length; i++)
            {
                var golden = Doubles(rows[i].GetProperty("rewards"));
                Assert.Equal(golden[0], output.Rewards[2 * i], 1e-3);
                Assert.Equal(golden[1], output.Rewards[2 * i + 1], 1e-3);
            }
            rewardModel.Backward(RewardGoldenTests.WeightedLossGradient(batch, output.Rewards, weights));
            var norms = reward.GetProperty(scheme == "more" ? "more_l2_gradient_norms" : "multitask_gradient_norms");
            foreach (
                var (name, gradient) in rewardModel.Parameters.SelectMany(parameter =>
                    parameter.Layout.Split(parameter.Gradient!)
                )
            )
            {
                if (ReferenceEquals(gradient, rewardModel.Head.Gradient))
                {
                    GoldenTensors.Close(
                        torch
                            .tensor(weights)
                            .unsqueeze(0)
                            .mm(expected.Load("head_gradients", torch.ScalarType.Float64)),
                        gradient,
                        2e-3,
                        $"{scheme} head"
                    );
                    continue;
                }
                var norm = norms.GetProperty(name).GetDouble();
                Assert.Equal(norm, gradient.norm().ToDouble(), 0.01 * norm);
                if (expected.Contains($"{scheme}.{name}"))
                    GoldenTensors.Close(
                        expected.Load($"{scheme}.{name}"),
                        gradient,
                        0.01 * expected.Load($"{scheme}.{name}").abs().max().ToDouble(),
                        $"{scheme} {name}"
                    );
            }
        }
    }

    private static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(id => id.GetInt32())];

    private static double[] Doubles(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetDouble())];
}
