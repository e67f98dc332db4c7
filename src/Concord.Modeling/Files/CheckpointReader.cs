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
    private readonly Dictionary<string, SafetensorsFile> places = new(StringComparer.Ordinal);
    private readonly HashSet<string> unused;

    private CheckpointReader(string folder, List<SafetensorsFile> files)
    {
        (Folder, this.files) = (folder, files);
        foreach (var file in files)
        foreach (var name in file.Names)
            if (!places.TryAdd(name, file))
                throw new ConcordException(
                    $"{file.Path}: tensor \"{name}\" is also in {places[name].Path}; expected each tensor once."
                );
        Names = [.. places.Keys.Order(StringComparer.Ordinal)];
        unused = [.. Names];
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The names of all tensors, in ordinal order.</summary>
    public IReadOnlyList<string> Names { get; }

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
            return new CheckpointReader(folder, files);
        }
        catch
        {
            foreach (var file in files)
                file.Dispose();
            throw;
        }
    }

    /// <summary>Whether there is a tensor of this name.</summary>
    public bool Contains(string name) => places.ContainsKey(name);

    /// <summary>The dimensions of a tensor.</summary>
    /// <exception cref="ConcordException">There is none of this name.</exception>
    public IReadOnlyList<long> Shape(string name) => Place(name).Shape(name);

    /// <summary>The type a tensor is stored in.</summary>
    /// <exception cref="ConcordException">There is none of this name, or libtorch has no such type.</exception>
    public ScalarType Dtype(string name) => Place(name).Dtype(name);

    /// <summary>Reads one tensor and marks it used; converted where its stored type is another.</summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="type">Type of the result; null keeps the stored one.</param>
    /// <returns>A new contiguous tensor on the CPU, owned by the caller.</returns>
    /// <exception cref="ConcordException">There is none of this name, or its bytes cannot be read.</exception>
    public Tensor Load(string name, ScalarType? type = null)
    {
        var tensor = Place(name).Load(name, type);
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
        Place(name).LoadInto(name, destination);
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
        var patterns = dropped.ToArray();
        var left = Names
            .Where(name => unused.Contains(name))
            .Where(name =>
                !patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false))
            )
            .ToArray();
        if (left.Length == 0)
            return;
        var listed =
            string.Join(", ", left.Take(8).Select(name => $"\"{name}\""))
            + (left.Length > 8 ? $" and {left.Length - 8} more" : "");
        throw new ConcordException(
            $"{places[left[0]].Path} holds {left.Length} tensor{(left.Length == 1 ? "" : "s")} this model has no "
                + $"place for: {listed}. "
                + $"Check that {ModelFolder.ConfigFileName} belongs to these weights."
        );
    }

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
        var file = Place(name);
        var entry = file.Entry(name);
        if (!shape.SequenceEqual(entry.Shape))
            throw new ConcordException(
                $"{file.Path}: tensor \"{name}\" has shape [{string.Join(", ", entry.Shape)}]; expected "
                    + $"[{string.Join(", ", shape)}] by {ModelFolder.ConfigFileName}."
            );
    }

    private SafetensorsFile Place(string name) =>
        places.TryGetValue(name, out var file)
            ? file
            : throw new ConcordException(
                $"{(files.Count == 1 ? files[0].Path : Folder)} has no tensor \"{name}\". Take a complete "
                    + $"checkpoint, and the "
                    + $"{ModelFolder.ConfigFileName} that belongs to it."
            );

    private static string NoWeights(string folder)
    {
        if (!Directory.Exists(folder))
            return $"{folder} is no folder. Name a Hugging Face folder with {ModelFolder.ConfigFileName} and "
                + $"{ModelFolder.WeightsFileName}.";
        var others = Directory
            .EnumerateFiles(folder)
            .Select(file => Path.GetFileName(file))
            .Where(name =>
                name.EndsWith(".bin", StringComparison.Ordinal) || name.EndsWith(".gguf", StringComparison.Ordinal)
            )
            .Order(StringComparer.Ordinal)
            .ToArray();
        var hint = others switch
        {
            [] => "Take a folder with the weights.",
            _ when others.Any(name => name.EndsWith(".gguf", StringComparison.Ordinal)) =>
                $"It holds {others[0]}: import it with `concord model import`.",
            _ => $"It holds {others[0]}, which is not read, since it can run code: save the model as safetensors.",
        };
        return $"{folder} has neither {ModelFolder.WeightsFileName} nor {ModelFolder.WeightsIndexFileName}. {hint}";
    }
}
