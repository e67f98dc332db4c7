using Concord.Foundation;
using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using Concord.Modeling.Files.Gguf;
using static TorchSharp.torch;

namespace Concord.Modeling.Folders;

/// <summary>
/// Turns a GGUF file of a family that declares its names there into a Hugging Face folder: its numbers as they are, its
/// tensors under Hugging Face's names and in its order of rows.
/// </summary>
public static class GgufImport
{
    // Elements in memory at a time: 16 MB of fp32.
    private const long PartElements = 4 << 20;

    /// <summary>
    /// Writes the folder, which comes to its place when it is whole; weights are read, converted and written in parts
    /// of a few megabytes.
    /// </summary>
    /// <param name="file">The GGUF file, version 2 or 3, of types F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K
    /// to Q6_K, IQ4_NL or IQ4_XS. A projection to the vocabulary of another type is left out: the folder can then
    /// score, not generate.</param>
    /// <param name="folder">Where to: a new folder, or an empty one.</param>
    /// <param name="options">How; null for fp32 in one file and the tokenizer that lies beside the GGUF file.</param>
    /// <param name="progress">Told, after each part, how many elements it had; null for nobody.</param>
    /// <param name="cancellation">Stops the work; what was half written is removed.</param>
    /// <exception cref="ConcordException">The file is not as its format says, is of another architecture or type,
    /// something is in the folder already, it cannot be written, or libtorch cannot be loaded.</exception>
    public static GgufImportResult Run(
        string file,
        string folder,
        GgufImportOptions? options = null,
        Action<long>? progress = null,
        CancellationToken cancellation = default
    )
    {
        ConcordRuntime.RequireLibtorch();
        options ??= new GgufImportOptions();
        AtomicFolder.CheckNew(folder);
        var beside = Path.GetDirectoryName(Path.GetFullPath(file))!;
        if (options.TokenizerFolder is { } named && !ModelFolder.HasTokenizer(named))
            throw new ConcordException(
                $"{named} has neither tokenizer.json nor tokenizer.model. Name the folder of the model's tokenizer."
            );
        using var gguf = GgufFile.Open(file);
        var tensors = gguf.Header.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var tied =
            !tensors.TryGetValue("output.weight", out var output)
            || (tensors.TryGetValue("token_embd.weight", out var embedding) && gguf.SameBytes(output, embedding));
        var config = GgufConfig.Read(gguf.Header, tied, ReadRopeFactors(gguf, tensors), options.Type);
        var names = config.Family.Gguf!;
        var plan = Plan(gguf.Header.File, config, names, tensors);

        IReadOnlyList<string> copied = [],
            written = [];
        AtomicFolder.Create(
            folder,
            place =>
            {
                ModelConfigFile.WriteLanguageModel(place, config);
                copied = ModelFolder.Copy(
                    options.TokenizerFolder ?? beside,
                    place,
                    [.. ModelFolder.TokenizerFileNames, ModelFolder.GenerationConfigFileName]
                );
                written = CheckpointWriter.Write(
                    place,
                    plan.Select(pair =>
                        Source(
                            gguf,
                            pair.Shape,
                            pair.Tensor,
                            config,
                            names.IsPaired(pair.Shape.Name),
                            progress,
                            cancellation
                        )
                    ),
                    options.LargestShard
                );
            }
        );
        return new GgufImportResult(
            config,
            plan.Sum(pair => pair.Shape.Count),
            LeftOut(gguf.Header, config, tensors),
            written,
            copied,
            ModelFolder.HasTokenizer(folder),
            ModelFolder.HasChatTemplate(folder)
        );
    }

    /// <summary>Number of weights in a GGUF file that can be read, for progress.</summary>
    /// <exception cref="ConcordException">The file is not as its format says.</exception>
    public static long CountWeights(string file)
    {
        using var gguf = GgufFile.Open(file);
        return gguf.Header.Tensors.Where(tensor => tensor.Type.CanBeRead).Sum(tensor => tensor.Count);
    }

    // What is in the file and not in the folder, in sentences.
    private static List<string> LeftOut(
        GgufHeader header,
        BackboneConfig config,
        Dictionary<string, GgufTensor> tensors
    )
    {
        var sentences = new List<string>();
        if (!config.TiedEmbeddings && tensors.TryGetValue("output.weight", out var output) && !output.Type.CanBeRead)
            sentences.Add(
                $"tensor \"{output.Name}\" is {output.Type.Name}, which is not read; it is the projection to the "
                    + $"vocabulary. The model can score and be trained to score, but not generate."
            );
        string[] keys = [.. GgufConfig.UnknownKeys(header, config.Family.Gguf!)];
        if (keys.Length > 0)
            sentences.Add($"metadata that nothing here knows: {string.Join(", ", keys)}.");
        return sentences;
    }

    /// <summary>Finds the GGUF tensor of every tensor the model has; every other one is an error.</summary>
    private static List<(ModelTensor Shape, GgufTensor Tensor)> Plan(
        string file,
        BackboneConfig config,
        GgufNames names,
        Dictionary<string, GgufTensor> tensors
    )
    {
        var plan = new List<(ModelTensor, GgufTensor)>();
        var left = new HashSet<string>(tensors.Keys, StringComparer.Ordinal);
        left.Remove(GgufConfig.RopeFactorsName);
        if (config.TiedEmbeddings)
            left.Remove("output.weight");
        var needed = ModelTensors.Backbone(config).ToList();
        if (ModelTensors.LanguageModelHead(config) is { } projection)
        {
            if (tensors.TryGetValue(names.Name(projection.Name), out var stored) && !stored.Type.CanBeRead)
                left.Remove(stored.Name);
            else
                needed.Add(projection);
        }
        foreach (var shape in needed)
        {
            var name = names.Name(shape.Name);
            if (!tensors.TryGetValue(name, out var tensor))
                throw new ConcordException($"{file} has no tensor \"{name}\". Take a complete model.");
            if (!tensor.Shape.SequenceEqual(shape.Shape))
                throw new ConcordException(
                    $"{file}: tensor \"{name}\" has shape [{string.Join(", ", tensor.Shape)}]; expected "
                        + $"[{string.Join(", ", shape.Shape)}] by its metadata."
                );
            if (!tensor.Type.CanBeRead)
                throw new ConcordException(
                    $"{file}: tensor \"{name}\" is {tensor.Type.Name}; {GgufType.Known} are read. Take the model in "
                        + $"these types."
                );
            plan.Add((shape, tensor));
            left.Remove(name);
        }
        if (left.Count > 0)
            throw new ConcordException(
                $"{file} holds {left.Count} tensors a {config.Family.Name} model has no place for: "
                    + $"{string.Join(", ", left.Order(StringComparer.Ordinal).Take(8).Select(name => $"\"{name}\""))}."
            );
        return plan;
    }

    private static TensorSource Source(
        GgufFile gguf,
        ModelTensor shape,
        GgufTensor tensor,
        BackboneConfig config,
        bool paired,
        Action<long>? progress,
        CancellationToken cancellation
    )
    {
        return TensorSource.InParts(shape.Name, shape.Shape, config.Dtype, Parts);

        IEnumerable<Tensor> Parts()
        {
            // Whole heads where their rows change places, whole rows elsewhere, the whole where there is but one row.
            var unit = shape.Shape.Count == 1 ? tensor.Count : tensor.Columns * (paired ? config.HeadDimension : 1);
            var step = Math.Max(1, PartElements / unit) * unit;
            for (long first = 0; first < tensor.Count; first += step)
            {
                cancellation.ThrowIfCancellationRequested();
                var count = Math.Min(step, tensor.Count - first);
                var values = gguf.Read(tensor, first, count);
                yield return paired
                    ? HalfSplit(values, config.HeadDimension, shape.Shape.Count == 1 ? 1 : tensor.Columns)
                    : values;
                progress?.Invoke(count);
            }
        }
    }

    /// <summary>
    /// llama.cpp stores the rows of a head as pairs that rotate together (0, d/2, 1, d/2 + 1, ..); Hugging Face has the
    /// first of all pairs, then the second (0, 1, .., d/2, ..).
    /// </summary>
    private static Tensor HalfSplit(Tensor values, int head, long columns)
    {
        using (values)
        {
            using var pairs = values.view(-1, head / 2, 2, columns); // (heads, d/2, 2, columns)
            using var halves = pairs.transpose(1, 2);
            return halves.reshape(-1);
        }
    }

    private static float[]? ReadRopeFactors(GgufFile gguf, Dictionary<string, GgufTensor> tensors)
    {
        if (!tensors.TryGetValue(GgufConfig.RopeFactorsName, out var tensor))
            return null;
        if (tensor.Count > 1 << 16 || !tensor.Type.CanBeRead)
            throw new ConcordException(
                $"{gguf.Header.File}: tensor \"{tensor.Name}\" has shape [{string.Join(", ", tensor.Shape)}]; "
                    + $"expected one factor for each pair of a head's dimensions."
            );
        using var values = gguf.Read(tensor, 0, tensor.Count);
        return values.data<float>().ToArray();
    }
}
