using System.IO.Enumeration;
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

    /// <summary>
    /// Whether a name is one of a language model of a shape: of its backbone, with its prefix or without, of its
    /// projection to the vocabulary, or of a buffer of old checkpoints.
    /// </summary>
    public static Func<string, bool> KnownNames(BackboneConfig config)
    {
        var names = new HashSet<string>(VocabularyProjections, StringComparer.Ordinal);
        foreach (var tensor in ModelTensors.Backbone(config))
        {
            names.Add(tensor.Name);
            names.Add(tensor.Name[(tensor.Name.IndexOf('.', StringComparison.Ordinal) + 1)..]);
        }
        return name =>
            names.Contains(name)
            || Buffers.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false));
    }

    /// <summary>Checks that every tensor of a backbone is there in its shape; no weight is read.</summary>
    /// <exception cref="ConcordException">One is not; the message names file and tensor.</exception>
    public static void Check(CheckpointReader reader, BackboneConfig config)
    {
        foreach (var tensor in ModelTensors.Backbone(config))
        {
            // A bare base model is saved without the prefix of the whole.
            var bare = tensor.Name[(tensor.Name.IndexOf('.', StringComparison.Ordinal) + 1)..];
            reader.Expect(!reader.Contains(tensor.Name) && reader.Contains(bare) ? bare : tensor.Name, tensor.Shape);
        }
    }

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
