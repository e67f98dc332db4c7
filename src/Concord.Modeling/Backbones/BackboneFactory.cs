using Concord.Modeling.Files;
using TorchSharp;

namespace Concord.Modeling.Backbones;

/// <summary>Builds the backbone a configuration asks for.</summary>
internal static class BackboneFactory
{
    /// <summary>
    /// Buffers that old GPT-NeoX and LLaMA checkpoints carry beside their weights; what they say follows from the
    /// configuration.
    /// </summary>
    private static readonly string[] Buffers = ["*.attention.bias", "*.attention.masked_bias", "*.rotary_emb.inv_freq"];

    /// <summary>The projections to the vocabulary, which a reward does not need.</summary>
    public static readonly string[] VocabularyProjections =
    [
        .. BackboneFamilies.All.Select(family => family.LanguageModelHeadName).Distinct(),
    ];

    /// <summary>The backbone of a shape, with weights from a source.</summary>
    public static IBackbone Build(BackboneConfig config, IParameterSource source) =>
        config.Family.Build(config, source);

    /// <summary>
    /// Reads a backbone from an opened checkpoint; every tensor is used, dropped by name, or an error.
    /// </summary>
    /// <param name="config">The configuration.</param>
    /// <param name="reader">The checkpoint; tensors already taken from it count as used.</param>
    /// <param name="type">The type weights are held in; null for that of the files where it is one of 16 bits, else
    /// fp32.</param>
    /// <param name="device">Where they are held.</param>
    /// <param name="dropped">Names of tensors that are not needed.</param>
    public static IBackbone Load(
        BackboneConfig config,
        CheckpointReader reader,
        torch.ScalarType? type,
        torch.Device device,
        params IEnumerable<string> dropped
    )
    {
        var backbone = Build(config, new CheckpointParameterSource(reader, type, device));
        reader.Finish([.. Buffers, .. dropped]);
        return backbone;
    }
}
