using System.Text.Json;
using Concord.Modeling.Language;
using Concord.Modeling.Packing;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Modeling;

public class BackboneGoldenTests
{
    private static readonly string[] Checkpoints =
    [
        "gpt_neox_parallel",
        "gpt_neox_sequential",
        "gpt_neox_fp16",
        "llama_mha",
        "llama_gqa",
        "llama_gqa_tied",
        "llama_gqa_bf16",
        "llama_gqa_sharded",
        "llama3_rope",
        "qwen2",
        "qwen3",
        "mistral",
    ];

    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (var checkpoint in Checkpoints)
        foreach (var operations in OperationsUnderTest.Names)
            data.Add(checkpoint, operations);
        return data;
    }

    // the sharded folder holds the weights of another
    private static string ExpectedIn(string checkpoint) => checkpoint == "llama_gqa_sharded" ? "llama_gqa" : checkpoint;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Logits_and_hidden_states_equal_those_of_transformers(string checkpoint, string operations)
    {
        Shared.Require();
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        using var model = LanguageModel.Load(
            Shared.Path("golden", "backbones", checkpoint),
            new LanguageModelOptions(),
            OperationsUnderTest.Make(operations)
        );
        using var expected = GoldenTensors.Open("golden", "backbones", ExpectedIn(checkpoint), "expected.safetensors");
        using var cases = JsonDocument.Parse(
            File.ReadAllText(Shared.Path("golden", "backbones", ExpectedIn(checkpoint), "cases.json"))
        );
        foreach (var item in cases.RootElement.GetProperty("cases").EnumerateArray())
        {
            var name = item.GetProperty("name").GetString()!;
            int[] ids = [.. item.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            using var batch = PackedBatch.Create([Batches.Of("s", [0], ids)]);
            var hidden = HiddenStates.Of(
                model,
                batch.Tokens,
                (layer, value) =>
                    GoldenTensors.Close(
                        expected.Load(layer < 0 ? $"{name}.embedding" : $"{name}.layer{layer}"),
                        value,
                        1e-4,
                        $"{checkpoint} {name} layer {layer}"
                    )
            );
            GoldenTensors.Close(expected.Load($"{name}.final_norm"), hidden, 1e-4, $"{checkpoint} {name} final norm");
            GoldenTensors.Close(
                expected.Load($"{name}.logits"),
                HiddenStates.Logits(model, hidden),
                1e-4,
                $"{checkpoint} {name} logits"
            );
        }
    }
}
