using Concord.Modeling;
using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using Concord.Modeling.Operations;
using Concord.Modeling.Rewards;
using TorchSharp;

namespace Concord.Bench;

/// <summary>Reward models to time: the first layers of a checkpoint, or random weights in any shape.</summary>
internal static class TimedModels
{
    /// <summary>The first layers of a folder's model under a random head.</summary>
    /// <param name="folder">A Hugging Face folder.</param>
    /// <param name="layers">How many layers; 0, or more than there are, for all.</param>
    /// <param name="operations">What it computes with; the CPU's fp32 operations unless given.</param>
    public static RewardModel FirstLayers(string folder, int layers, IOperations? operations = null)
    {
        var config = BackboneConfig.Read(folder);
        if (layers > 0 && layers < config.Layers)
            config = config with { Layers = layers };
        using var reader = CheckpointReader.Open(folder);
        return Make(
            config,
            new CheckpointParameterSource(reader, torch.ScalarType.Float32, torch.CPU),
            operations,
            folder
        );
    }

    /// <summary>Random weights.</summary>
    /// <param name="config">The shape.</param>
    /// <param name="type">What matrices are held in.</param>
    public static RewardModel Random(BackboneConfig config, torch.ScalarType type = torch.ScalarType.Float32)
    {
        using var source = new RepeatedParameterSource(type);
        return Make(config, source, null, null);
    }

    private static RewardModel Make(
        BackboneConfig config,
        IParameterSource source,
        IOperations? operations,
        string? folder
    )
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(1); // models that are compared have the same head
        var head = torch.randn([1, config.HiddenSize], generator: generator) / Math.Sqrt(config.HiddenSize + 1);
        var parameter = new Parameter("score.weight", head, WeightLayout.Single("score.weight", 1));
        return new RewardModel(
            BackboneFactory.Build(config, source),
            parameter,
            Pooling.Last,
            operations ?? OperationsFactory.For(torch.CPU)
        )
        {
            Folder = folder,
        };
    }

    /// <summary>
    /// Random matrices that repeat one block: a billion weights in a second, as good as any for a clock.
    /// </summary>
    private sealed class RepeatedParameterSource(torch.ScalarType type) : IParameterSource, IDisposable
    {
        private const int BlockLength = (1 << 20) + 7; // rows do not repeat

        private readonly torch.Tensor block = torch.zeros(BlockLength).normal_(0, .02).to_type(type);

        /// <inheritdoc/>
        public Parameter Make(ParameterSpec spec)
        {
            using var scope = torch.NewDisposeScope();
            var value = spec.Start switch
            {
                ParameterStart.Ones => torch.ones(spec.Shape),
                ParameterStart.Zeros => torch.zeros(spec.Shape),
                _ => Filled(spec.Shape),
            };
            return new Parameter(spec.Name, value, spec.Layout);
        }

        private torch.Tensor Filled(long[] shape)
        {
            var value = torch.empty(shape, dtype: type);
            var flat = value.view(-1);
            for (long start = 0, count = flat.numel(); start < count; start += BlockLength)
            {
                using var part = flat.narrow(0, start, Math.Min(BlockLength, count - start));
                using var from = block.narrow(0, 0, part.numel());
                part.copy_(from);
            }
            return value;
        }

        /// <inheritdoc/>
        public void Dispose() => block.Dispose();
    }
}
