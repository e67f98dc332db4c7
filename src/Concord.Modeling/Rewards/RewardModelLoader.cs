using Concord.Modeling.Backbones;
using Concord.Modeling.Operations;
using Concord.Modeling.Weights;
using Concord.Preferences;
using TorchSharp;

namespace Concord.Modeling.Rewards;

/// <summary>Opens Hugging Face folders as reward models.</summary>
internal static class RewardModelLoader
{
    /// <summary>The tensor name of the head.</summary>
    public const string HeadName = "score.weight";

    /// <summary>Opens a folder with a full set of weights.</summary>
    /// <exception cref="ConcordException">The folder is no such model; the message names file and tensor.</exception>
    public static RewardModel Load(string folder, RewardModelOptions options, IOperations operations)
    {
        var config = BackboneConfig.Read(folder);
        using var reader = CheckpointReader.Open(folder);
        using var scope = torch.NewDisposeScope();
        long[] shape = [1, config.HiddenSize];
        torch.Tensor head;
        if (reader.Contains(HeadName)) head = reader.Load(HeadName, shape, torch.ScalarType.Float32);
        else if (options.HeadSeed is { } seed) head = FreshHead(shape, seed);
        else throw new ConcordException($"{folder} has no reward head: tensor \"{HeadName}\" of shape [1, {config.HiddenSize}] is missing. Name a reward model's folder, or train one from this folder first (concord train).");
        var parameter = new Parameter(HeadName, head.to(options.Device), WeightLayout.Single(HeadName, 1));
        var backbone = BackboneFactory.Load(config, reader, options.WeightType, options.Device, BackboneFactory.VocabularyProjections);
        return new RewardModel(backbone, parameter, options.Pooling ?? Pooling.Last, operations);
    }

    /// <summary>Normal with standard deviation 1 / sqrt(H + 1), as the field initialises reward heads (Stiennon et al. 2020).</summary>
    private static torch.Tensor FreshHead(long[] shape, ulong seed)
    {
        using var generator = new torch.Generator(seed);
        return torch.randn(shape, generator: generator) / Math.Sqrt(shape[1] + 1);
    }
}
