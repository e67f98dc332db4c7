using Concord.Modeling.Backbones;
using TorchSharp;

namespace Concord.Modeling.Folders;

/// <summary>
/// The shapes of published models by name, for checkpoints of the same size that have learned nothing.
/// </summary>
public static class ModelPresets
{
    private static readonly Dictionary<string, BackboneConfig> Presets = new(StringComparer.Ordinal)
    {
        ["pythia-14m"] = Pythia(128, 6, 4, 50304),
        ["pythia-70m"] = Pythia(512, 6, 8, 50304),
        ["pythia-160m"] = Pythia(768, 12, 12, 50304),
        ["pythia-410m"] = Pythia(1024, 24, 16, 50304),
        ["pythia-1b"] = Pythia(2048, 16, 8, 50304),
        ["pythia-1.4b"] = Pythia(2048, 24, 16, 50304),
        ["pythia-2.8b"] = Pythia(2560, 32, 32, 50304),
        ["pythia-6.9b"] = Pythia(4096, 32, 32, 50432),
        ["pythia-12b"] = Pythia(5120, 36, 40, 50688),
        ["smollm2-135m"] = SmolLm2(576, 30, 9, 3, 1536, 100000),
        ["smollm2-360m"] = SmolLm2(960, 32, 15, 5, 2560, 100000),
        ["smollm2-1.7b"] = SmolLm2(2048, 24, 32, 32, 8192, 130000),
        ["llama-7b"] = Llama(BackboneFamily.Llama, 4096, 32, 32, 32, 11008, 32000, 2048) with { NormEpsilon = 1e-6 },
        ["llama-13b"] = Llama(BackboneFamily.Llama, 5120, 40, 40, 40, 13824, 32000, 2048) with { NormEpsilon = 1e-6 },
        ["llama-2-7b"] = Llama(BackboneFamily.Llama, 4096, 32, 32, 32, 11008, 32000, 4096),
        ["llama-3-8b"] = Llama(BackboneFamily.Llama, 4096, 32, 32, 8, 14336, 128256, 8192) with
        {
            RopeTheta = 500000,
            BosTokenId = 128000,
            EosTokenId = 128001,
        },
        ["mistral-7b"] = Llama(BackboneFamily.Mistral, 4096, 32, 32, 8, 14336, 32000, 32768) with
        {
            SlidingWindow = 4096,
        },
        ["qwen2.5-0.5b"] = Qwen(BackboneFamily.Qwen2, 896, 24, 14, 2, 64, 4864, 32768) with
        {
            QueryKeyValueBias = true,
        },
        ["qwen2.5-1.5b"] = Qwen(BackboneFamily.Qwen2, 1536, 28, 12, 2, 128, 8960, 131072) with
        {
            QueryKeyValueBias = true,
        },
        ["qwen3-0.6b"] = Qwen(BackboneFamily.Qwen3, 1024, 28, 16, 8, 128, 3072, 32768) with { QueryKeyNorm = true },
        ["qwen3-1.7b"] = Qwen(BackboneFamily.Qwen3, 2048, 28, 16, 8, 128, 6144, 32768) with { QueryKeyNorm = true },
    };

    /// <summary>All names.</summary>
    public static IReadOnlyCollection<string> Names => Presets.Keys;

    /// <summary>The shape of a name, or null.</summary>
    public static BackboneConfig? Find(string name) => Presets.GetValueOrDefault(name);

    private static BackboneConfig Pythia(int hidden, int layers, int heads, int vocabulary) =>
        new()
        {
            Family = BackboneFamily.GptNeoX,
            HiddenSize = hidden,
            Layers = layers,
            Heads = heads,
            KeyValueHeads = heads,
            HeadDimension = hidden / heads,
            IntermediateSize = 4 * hidden,
            VocabularySize = vocabulary,
            NormEpsilon = 1e-5,
            RopeTheta = FamilyDefaults.RopeTheta,
            RotaryFraction = 0.25,
            ParallelResidual = true,
            QueryKeyValueBias = true,
            AttentionOutputBias = true,
            MlpBias = true,
            Activation = BackboneActivation.Gelu,
            MaxPositions = 2048,
            BosTokenId = 0,
            EosTokenId = 0,
            Dtype = torch.ScalarType.Float32,
        };

    private static BackboneConfig Llama(
        BackboneFamily family,
        int hidden,
        int layers,
        int heads,
        int keyValueHeads,
        int intermediate,
        int vocabulary,
        int positions
    ) =>
        new()
        {
            Family = family,
            HiddenSize = hidden,
            Layers = layers,
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadDimension = hidden / heads,
            IntermediateSize = intermediate,
            VocabularySize = vocabulary,
            NormEpsilon = 1e-5,
            RopeTheta = FamilyDefaults.RopeTheta,
            Activation = BackboneActivation.Silu,
            MaxPositions = positions,
            BosTokenId = 1,
            EosTokenId = 2,
            Dtype = torch.ScalarType.Float32,
        };

    private static BackboneConfig SmolLm2(
        int hidden,
        int layers,
        int heads,
        int keyValueHeads,
        int intermediate,
        double theta
    ) =>
        Llama(BackboneFamily.Llama, hidden, layers, heads, keyValueHeads, intermediate, 49152, 8192) with
        {
            RopeTheta = theta,
            TiedEmbeddings = true,
            PadTokenId = 2,
        };

    private static BackboneConfig Qwen(
        BackboneFamily family,
        int hidden,
        int layers,
        int heads,
        int keyValueHeads,
        int head,
        int intermediate,
        int positions
    ) =>
        Llama(family, hidden, layers, heads, keyValueHeads, intermediate, 151936, positions) with
        {
            HeadDimension = head,
            NormEpsilon = 1e-6,
            RopeTheta = 1_000_000,
            TiedEmbeddings = true,
            BosTokenId = 151643,
            EosTokenId = 151643,
        };
}
