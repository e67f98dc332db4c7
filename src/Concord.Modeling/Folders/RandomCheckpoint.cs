using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Concord.Foundation;
using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using static TorchSharp.torch;

namespace Concord.Modeling.Folders;

/// <summary>
/// Writes a language model that has learned nothing, of any shape: weights normal with mean 0 and standard deviation
/// 0.02, norms 1, biases 0.
/// </summary>
public static class RandomCheckpoint
{
    private const double StandardDeviation = 0.02;
    private const long PartElements = 4 << 20;

    /// <summary>
    /// Writes <c>config.json</c>, then the weights, part by part: memory does not grow with the model.
    /// </summary>
    /// <param name="folder">Where to: a new folder, or an empty one. It comes to its place when it is whole.</param>
    /// <param name="config">The shape; its <see cref="BackboneConfig.Dtype"/> is the type of the weights.</param>
    /// <param name="seed">Same seed and shape, same bytes; sharding changes no value, since each tensor has its own
    /// sequence.</param>
    /// <param name="largestShard">Most bytes of one file; null for a single file.</param>
    /// <param name="progress">Told, after each part, how many elements it had; null for nobody.</param>
    /// <param name="cancellation">Stops the work; what was half written is removed.</param>
    /// <returns>The names of the files of weights.</returns>
    /// <exception cref="ConcordException">Something is there already, a file cannot be written, or libtorch cannot be
    /// loaded.</exception>
    public static IReadOnlyList<string> Write(
        string folder,
        BackboneConfig config,
        ulong seed,
        long? largestShard = null,
        Action<long>? progress = null,
        CancellationToken cancellation = default
    )
    {
        return Write(folder, _ => config, seed, largestShard, progress, cancellation);
    }

    /// <summary>The same, beside other files.</summary>
    /// <param name="folder">Where to: a new folder, or an empty one. It comes to its place when it is whole.</param>
    /// <param name="begin">Puts other files into the folder that is being made, such as a tokenizer's, and gives the
    /// shape.</param>
    /// <param name="seed">As above.</param>
    /// <param name="largestShard">As above.</param>
    /// <param name="progress">As above.</param>
    /// <param name="cancellation">As above.</param>
    public static IReadOnlyList<string> Write(
        string folder,
        Func<string, BackboneConfig> begin,
        ulong seed,
        long? largestShard = null,
        Action<long>? progress = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(begin);
        return WriteAll(
            folder,
            beside =>
            {
                var config = begin(beside);
                ModelConfigFile.WriteLanguageModel(beside, config);
                return config;
            },
            seed,
            largestShard,
            progress,
            cancellation
        );
    }

    /// <summary>The same, with the keys of a config that was put together.</summary>
    /// <exception cref="ConcordException">A value of the config is missing or does not fit, something is there already,
    /// a file cannot be written, or libtorch cannot be loaded.</exception>
    public static IReadOnlyList<string> Write(
        string folder,
        ConfigAssembly assembly,
        ulong seed,
        long? largestShard = null,
        Action<long>? progress = null,
        string? tokenizer = null,
        CancellationToken cancellation = default
    )
    {
        ConcordRuntime.RequireLibtorch();
        var config = assembly.Read();
        return WriteAll(
            folder,
            beside =>
            {
                if (tokenizer is not null)
                    ModelFolder.CopyTokenizer(tokenizer, beside);
                assembly.Write(beside, config);
                return config;
            },
            seed,
            largestShard,
            progress,
            cancellation
        );
    }

    /// <summary>Number of weights of a language model of a shape.</summary>
    public static long CountWeights(BackboneConfig config) =>
        ModelTensors.LanguageModel(config).Sum(tensor => tensor.Count);

    private static IReadOnlyList<string> WriteAll(
        string folder,
        Func<string, BackboneConfig> begin,
        ulong seed,
        long? largestShard,
        Action<long>? progress,
        CancellationToken cancellation
    )
    {
        ConcordRuntime.RequireLibtorch();
        IReadOnlyList<string> written = [];
        AtomicFolder.Create(
            folder,
            beside => written = WriteWeights(beside, begin(beside), seed, largestShard, progress, cancellation)
        );
        return written;
    }

    private static IReadOnlyList<string> WriteWeights(
        string folder,
        BackboneConfig config,
        ulong seed,
        long? largestShard,
        Action<long>? progress,
        CancellationToken cancellation
    )
    {
        return CheckpointWriter.Write(
            folder,
            ModelTensors
                .LanguageModel(config)
                .Select(tensor => TensorSource.InParts(tensor.Name, tensor.Shape, config.Dtype, () => Parts(tensor))),
            largestShard
        );

        IEnumerable<Tensor> Parts(ModelTensor tensor)
        {
            using var generator = new Generator(SeedOf(seed, tensor.Name), CPU);
            for (long first = 0; first < tensor.Count; first += PartElements)
            {
                cancellation.ThrowIfCancellationRequested();
                var count = Math.Min(PartElements, tensor.Count - first);
                yield return tensor.Start switch
                {
                    ParameterStart.Ones => ones(count),
                    ParameterStart.Zeros => zeros(count),
                    _ => randn(count, generator: generator).mul_(StandardDeviation),
                };
                progress?.Invoke(count);
            }
        }
    }

    private static ulong SeedOf(ulong seed, string name)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, seed);
        return XxHash64.HashToUInt64([.. bytes, .. Encoding.UTF8.GetBytes(name)]);
    }
}
