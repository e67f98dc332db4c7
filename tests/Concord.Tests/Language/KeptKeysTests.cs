using Concord.Kernels;
using Concord.Modeling.Backbones;
using Concord.Modeling.Models;
using Concord.Modeling.Native;
using Concord.Modeling.Packing;
using Concord.Tests.Modeling;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Language;

/// <summary>
/// A text's beginning, its keys and values kept, and its continuation computed later give what the whole text gives at
/// once: what generation needs of the layers below it.
/// </summary>
public class KeptKeysTests
{
    private const int Vocabulary = 40;

    static KeptKeysTests() => TorchLibraryLoader.Install();

    /// <summary>Rows of keys and values for every layer; a batch's own go where it is told.</summary>
    private sealed class Rows(int[] places, torch.Tensor[] layers) : IKeyValueStore
    {
        public torch.Tensor Exchange(int layer, torch.Tensor own)
        {
            for (var token = 0; token < places.Length; token++)
                layers[layer].narrow(0, places[token], 1).copy_(own.narrow(0, token, 1));
            return layers[layer];
        }
    }

    public static TheoryData<string, string, bool> Cases()
    {
        var data = new TheoryData<string, string, bool>();
        foreach (var family in (string[])["llama", "mistral", "qwen3", "neox", "neox_sequential"])
        foreach (var operations in OperationsUnderTest.Names)
        foreach (var outputsOnly in (bool[])[true, false])
            data.Add(family, operations, outputsOnly);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_prefix_kept_and_two_continuations_give_the_hidden_states_of_the_whole_texts(
        string family,
        string operations,
        bool outputsOnly
    )
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        using var source = new SeededParameterSource(2, .2);
        var config = Config(family);
        using var model = new BackboneModel(
            BackboneFactory.Build(config, source),
            OperationsUnderTest.Make(operations),
            outputsOnly
        );
        var random = new Random(7);
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(Vocabulary))];
        int[] prefix = Ids(21),
            first = Ids(6),
            second = Ids(3);
        int[] tails = [.. Enumerable.Range(21, 9)];
        using var whole = TokenBatch.Create([new(prefix, [first, second])], tails, torch.CPU);
        using var expected = model.Forward(whole, record: false);

        // pages: the prefix in two of them in no order, each continuation in its own, two tokens and then the rest
        var width = 2 * config.KeyValueHeads * config.HeadDimension;
        var layers = Enumerable.Range(0, config.Layers).Select(_ => torch.full([64, width], float.NaN)).ToArray();
        KeyRun[] kept = [new(40, 16), new(8, 5)];
        using (
            var start = new TokenBatch(
                prefix,
                [.. Enumerable.Range(0, 21)],
                [
                    [new AttentionSpan(0, 21, kept)],
                ],
                [20],
                torch.CPU,
                new Rows([.. Enumerable.Range(40, 16), .. Enumerable.Range(8, 5)], layers)
            )
        )
            model.Forward(start, record: false).Dispose();
        using var both = new TokenBatch(
            [.. first[..2], second[0]],
            [21, 22, 21],
            [
                [new AttentionSpan(0, 2, [.. kept, new(0, 2)]), new AttentionSpan(2, 1, [.. kept, new(30, 1)])],
            ],
            [0, 1, 2],
            torch.CPU,
            new Rows([0, 1, 30], layers)
        );
        using var near = model.Forward(both, record: false);
        using var further = new TokenBatch(
            [.. first[2..], .. second[1..]],
            [23, 24, 25, 26, 22, 23],
            [
                [new AttentionSpan(0, 4, [.. kept, new(0, 6)]), new AttentionSpan(4, 2, [.. kept, new(30, 3)])],
            ],
            [0, 1, 2, 3, 4, 5],
            torch.CPU,
            new Rows([2, 3, 4, 5, 31, 32], layers)
        );
        using var far = model.Forward(further, record: false);
        var actual = torch.cat(
            [near.narrow(0, 0, 2), far.narrow(0, 0, 4), near.narrow(0, 2, 1), far.narrow(0, 4, 2)],
            0
        );
        GoldenTensors.Close(outputsOnly ? expected : expected.narrow(0, 21, 9), actual, 1e-5, family);
        Assert.Throws<InvalidOperationException>(() => model.Forward(further, record: true));
    }

    private static BackboneConfig Config(string family) =>
        family == "mistral"
            ? ActivationCheckpointingTests.Config("llama") with
            {
                Heads = 4,
                KeyValueHeads = 2,
                HeadDimension = 6,
                SlidingWindow = 5,
            }
            : ActivationCheckpointingTests.Config(family);
}
