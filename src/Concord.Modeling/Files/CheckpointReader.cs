using System.IO.Enumeration;
using static TorchSharp.torch;

namespace Concord.Modeling.Files;

/// <summary>
/// The tensors of a Hugging Face folder, whether in one safetensors file or in shards, and an account of which were
/// used: every tensor is loaded, dropped by name, or an error.
/// </summary>
public sealed class CheckpointReader : IDisposable
{
    private readonly List<SafetensorsFile> files;
    private readonly Dictionary<string, (SafetensorsFile File, string Stored)> places = new(StringComparer.Ordinal);
    private readonly HashSet<string> unused;
    private readonly string expectedBy; // the file that says which tensors there are

    private CheckpointReader(string folder, List<SafetensorsFile> files, string expectedBy)
    {
        (Folder, this.files, this.expectedBy) = (folder, files, expectedBy);
        var taken = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var file in files)
        foreach (var stored in file.Names)
        {
            var name = TensorNames.Bare(stored, taken);
            if (!places.TryAdd(name, (file, stored)))
                throw new ConcordException(
                    places[name].Stored == stored
                        ? $"{file.Path}: tensor \"{stored}\" is also in {places[name].File.Path}; expected each tensor "
                            + $"once."
                        : $"{file.Path}: tensors \"{stored}\" and \"{places[name].Stored}\" are both \"{name}\" "
                            + $"without the names of wrappers; expected each tensor once. Remove the one that does not "
                            + $"belong to the model."
                );
        }
        Names = [.. places.Keys.Order(StringComparer.Ordinal)];
        Wrappers = [.. taken];
        unused = [.. Names];
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>
    /// The names of all tensors, in ordinal order, without what wrappers put into them (<see cref="Wrappers"/>).
    /// </summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>
    /// What was taken off the names in the files, since a wrapper around the model had put it there when it was saved:
    /// <c>module.</c>, <c>_orig_mod.</c>, <c>base_model.model.</c>, ..; empty where nothing.
    /// </summary>
    public IReadOnlyList<string> Wrappers { get; }

    /// <summary>The safetensors files, in the order of their names.</summary>
    public IReadOnlyList<string> Files => [.. files.Select(file => file.Path)];

    /// <summary>
    /// Opens <c>model.safetensors</c>, or else the shards that <c>model.safetensors.index.json</c> lists; checks all
    /// headers and the index against them. No weight is read.
    /// </summary>
    /// <exception cref="ConcordException">There are no such files, or one of them is not as its format
    /// says.</exception>
    public static CheckpointReader Open(string folder)
    {
        var files = new List<SafetensorsFile>();
        try
        {
            var single = Path.Combine(folder, ModelFolder.WeightsFileName);
            var index = Path.Combine(folder, ModelFolder.WeightsIndexFileName);
            if (File.Exists(single))
                files.Add(SafetensorsFile.Open(single));
            else if (File.Exists(index))
                ShardIndex.Read(index).Open(folder, files);
            else
                throw new ConcordException(NoWeights(folder));
            return new CheckpointReader(folder, files, ModelFolder.ConfigFileName);
        }
        catch
        {
            foreach (var file in files)
                file.Dispose();
            throw;
        }
    }

    /// <summary>Opens one file by its path.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expectedBy">The name of the file that says which tensors are expected in it, for errors.</param>
    /// <exception cref="ConcordException">It cannot be read, or is not as its format says.</exception>
    internal static CheckpointReader OpenFile(string path, string expectedBy)
    {
        var file = SafetensorsFile.Open(path);
        try
        {
            return new CheckpointReader(Path.GetDirectoryName(Path.GetFullPath(path))!, [file], expectedBy);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Whether there is a tensor of this name.</summary>
    public bool Contains(string name) => places.ContainsKey(name);

    /// <summary>The dimensions of a tensor.</summary>
    /// <exception cref="ConcordException">There is none of this name.</exception>
    public IReadOnlyList<long> Shape(string name)
    {
        var (file, stored) = Place(name);
        return file.Shape(stored);
    }

    /// <summary>The type a tensor is stored in.</summary>
    /// <exception cref="ConcordException">There is none of this name, or libtorch has no such type.</exception>
    public ScalarType Dtype(string name)
    {
        var (file, stored) = Place(name);
        return file.Dtype(stored);
    }

    /// <summary>Reads one tensor and marks it used; converted where its stored type is another.</summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="type">Type of the result; null keeps the stored one.</param>
    /// <returns>A new contiguous tensor on the CPU, owned by the caller.</returns>
    /// <exception cref="ConcordException">There is none of this name, or its bytes cannot be read.</exception>
    public Tensor Load(string name, ScalarType? type = null)
    {
        var (file, stored) = Place(name);
        var tensor = file.Load(stored, type);
        unused.Remove(name);
        return tensor;
    }

    /// <summary>As <see cref="Load(string, ScalarType?)"/>, with the shape the model needs.</summary>
    /// <exception cref="ConcordException">There is none of this name and shape, or its bytes cannot be
    /// read.</exception>
    public Tensor Load(string name, ReadOnlySpan<long> expectedShape, ScalarType? type = null)
    {
        Expect(name, expectedShape.ToArray());
        return Load(name, type);
    }

    /// <summary>
    /// Reads one tensor into memory that is there already and marks it used; see
    /// <see cref="SafetensorsFile.LoadInto"/>.
    /// </summary>
    /// <exception cref="ConcordException">There is none of this name and shape, or its bytes cannot be
    /// read.</exception>
    public void LoadInto(string name, Tensor destination)
    {
        Expect(name, destination.shape);
        var (file, stored) = Place(name);
        file.LoadInto(stored, destination);
        unused.Remove(name);
    }

    /// <summary>Ends the reading: every tensor must have been loaded or be dropped by one of the patterns.</summary>
    /// <param name="dropped">
    /// Names of tensors that are not needed; <c>*</c> stands for any characters (<c>*.attention.masked_bias</c>). A
    /// pattern that matches nothing is no error.
    /// </param>
    /// <exception cref="ConcordException">Some tensor was neither loaded nor dropped; the message lists
    /// them.</exception>
    public void Finish(params IEnumerable<string> dropped)
    {
        var left = Left(dropped);
        if (left.Count == 0)
            return;
        throw new ConcordException(
            $"{places[left[0]].File.Path} holds {left.Count} tensor{(left.Count == 1 ? "" : "s")} this model has no "
                + $"place for: {Listed(left)}. "
                + (
                    left.Any(name => name.Contains(".lora_", StringComparison.Ordinal))
                        ? "They are adapters that were saved with the model: add them to its weights "
                            + "(merge_and_unload in peft) and save it again."
                        : $"Check that {expectedBy} belongs to these weights."
                )
        );
    }

    /// <summary>The tensors that were neither loaded nor are dropped by one of the patterns.</summary>
    internal IReadOnlyList<string> Left(params IEnumerable<string> dropped)
    {
        var patterns = dropped.ToArray();
        return
        [
            .. Names
                .Where(name => unused.Contains(name))
                .Where(name =>
                    !patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false))
                ),
        ];
    }

    /// <summary>Tensors as a message lists them: up to eight, as they are called in their files, with their
    /// shapes.</summary>
    internal string Listed(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(8).Select(name => $"\"{Stored(name)}\" [{string.Join(", ", Shape(name))}]"))
        + (names.Count > 8 ? $" and {names.Count - 8} more" : "");

    /// <summary>The file a tensor stands in.</summary>
    internal string FileOf(string name) => Place(name).File.Path;

    /// <summary>What a tensor is called in its file.</summary>
    internal string Stored(string name) => Place(name).Stored;

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (var file in files)
            file.Dispose();
    }

    /// <summary>The rows of all headers.</summary>
    internal IEnumerable<SafetensorsEntry> Entries => files.SelectMany(file => file.Header.Entries);

    /// <summary>Checks that a tensor is there in the shape the model needs.</summary>
    internal void Expect(string name, IReadOnlyList<long> shape)
    {
        var (file, stored) = Place(name);
        var entry = file.Entry(stored);
        if (!shape.SequenceEqual(entry.Shape))
            throw new ConcordException(
                $"{file.Path}: tensor \"{stored}\" has shape [{string.Join(", ", entry.Shape)}]; expected "
                    + $"[{string.Join(", ", shape)}] by {expectedBy}."
            );
    }

    private (SafetensorsFile File, string Stored) Place(string name)
    {
        if (places.TryGetValue(name, out var place))
            return place;
        // a wrapper of somebody's own: its attribute's name stands before the model's own
        var deeper = Names.FirstOrDefault(other => other.EndsWith("." + name, StringComparison.Ordinal));
        var where = files.Count == 1 ? files[0].Path : Folder;
        throw new ConcordException(
            deeper is null
                ? $"{where} has no tensor \"{name}\". Take a complete checkpoint, and the {expectedBy} that belongs to "
                    + $"it."
                : $"{where} has no tensor \"{name}\", but \"{Stored(deeper)}\": its names begin with "
                    + $"\"{deeper[..^name.Length]}\", which no wrapper known here puts before a model's own. Save the "
                    + $"inner model alone, or rename the tensors."
        );
    }

    private static string NoWeights(string folder)
    {
        if (!Directory.Exists(folder))
            return $"{folder} is no folder. Name a Hugging Face folder with {ModelFolder.ConfigFileName} and "
                + $"{ModelFolder.WeightsFileName}.";
        string[] files =
        [
            .. Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal),
        ];
        var hint =
            First(".safetensors") is { } weights
                ? $"It holds {weights}; whole models are read under the names above, shards with their index, adapters "
                    + $"beside their adapter_config.json. Add what is missing, or rename the file."
            : First(".gguf") is { } gguf ? $"It holds {gguf}: import it with `concord model import`."
            : (First(".bin") ?? First(".pt") ?? First(".pth")) is { } pickle
                ? $"It holds {pickle}, which is not read, since it can run code: save the model as safetensors."
            : "Take a folder with the weights.";
        return $"{folder} has neither {ModelFolder.WeightsFileName} nor {ModelFolder.WeightsIndexFileName}. {hint}";

        string? First(string ending) =>
            Array.Find(files, name => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
    }
}
