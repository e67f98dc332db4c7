using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Concord.Foundation;

namespace Concord.Modeling.Files;

/// <summary>
/// Writes the weights of a model folder: one file, or shards with an index where a largest size is given.
/// </summary>
public static partial class CheckpointWriter
{
    /// <summary>
    /// Writes <c>model.safetensors</c>, or <c>model-00001-of-0000N.safetensors</c> and
    /// <c>model.safetensors.index.json</c>; weights of another form that lay there are removed.
    /// </summary>
    /// <param name="folder">Made where it does not exist.</param>
    /// <param name="tensors">In any order; shards are filled in the order of names.</param>
    /// <param name="largestShard">Most bytes of data in one file; a tensor that alone is larger has a file of its own.
    /// Null for one file.</param>
    /// <returns>The names of the files written, in order.</returns>
    /// <exception cref="ConcordException">A file cannot be written, or a value does not fit its type.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="largestShard"/> is not above 0.</exception>
    public static IReadOnlyList<string> Write(
        string folder,
        IEnumerable<TensorSource> tensors,
        long? largestShard = null
    )
    {
        if (largestShard is { } limit)
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit, nameof(largestShard));
        var shards = Shard(
            tensors.OrderBy(source => source.Name, StringComparer.Ordinal),
            largestShard ?? long.MaxValue
        );
        if (shards.Count <= 1)
        {
            SafetensorsWriter.Write(
                Path.Combine(folder, ModelFolder.WeightsFileName),
                shards.SelectMany(shard => shard)
            );
            // The single file is read before an index: from here on, the others only take space.
            RemoveOthers(folder, [ModelFolder.WeightsFileName]);
            return [ModelFolder.WeightsFileName];
        }
        // Without the old index, shards of two checkpoints can never be taken for one.
        Remove(Path.Combine(folder, ModelFolder.WeightsIndexFileName));
        var names = shards
            .Select(
                (_, i) =>
                    string.Create(CultureInfo.InvariantCulture, $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors")
            )
            .ToArray();
        for (var i = 0; i < shards.Count; i++)
            SafetensorsWriter.Write(Path.Combine(folder, names[i]), shards[i]);
        WriteIndex(Path.Combine(folder, ModelFolder.WeightsIndexFileName), shards, names);
        string[] written = [.. names, ModelFolder.WeightsIndexFileName];
        RemoveOthers(folder, written);
        return written;
    }

    /// <summary>Whether a file is named as a shard is.</summary>
    internal static bool IsShard(string name) => ShardName().IsMatch(name);

    private static List<List<TensorSource>> Shard(IEnumerable<TensorSource> ordered, long limit)
    {
        var shards = new List<List<TensorSource>>();
        long size = 0;
        foreach (var source in ordered)
        {
            var bytes = SafetensorsWriter.Bytes(source);
            if (shards.Count == 0 || (size > 0 && size > limit - bytes))
            {
                shards.Add([]);
                size = 0;
            }
            shards[^1].Add(source);
            size += bytes;
        }
        return shards;
    }

    private static void WriteIndex(string path, List<List<TensorSource>> shards, string[] names) =>
        AtomicFile.Write(
            path,
            stream =>
            {
                using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
                json.WriteStartObject();
                json.WriteStartObject("metadata");
                json.WriteNumber("total_parameters", shards.Sum(shard => shard.Sum(source => source.Count)));
                json.WriteNumber("total_size", shards.Sum(shard => shard.Sum(SafetensorsWriter.Bytes)));
                json.WriteEndObject();
                json.WriteStartObject("weight_map");
                for (var i = 0; i < shards.Count; i++)
                    foreach (var source in shards[i])
                        json.WriteString(source.Name, names[i]);
                json.WriteEndObject();
                json.WriteEndObject();
            }
        );

    private static void RemoveOthers(string folder, IReadOnlyCollection<string> kept)
    {
        foreach (var file in Directory.GetFiles(folder))
        {
            var name = Path.GetFileName(file);
            if (
                !kept.Contains(name)
                && (name is ModelFolder.WeightsFileName or ModelFolder.WeightsIndexFileName || IsShard(name))
            )
                Remove(file);
        }
    }

    private static void Remove(string file)
    {
        try
        {
            Disk.Delete(file);
        }
        catch (Exception error)
            when (error is UnauthorizedAccessException or (IOException and not DirectoryNotFoundException))
        {
            throw new ConcordException(
                $"{file} is of an older checkpoint and cannot be removed: {error.Message} Remove it, or write into "
                    + $"another folder.",
                error
            );
        }
        catch (DirectoryNotFoundException)
        {
            // A new folder holds no older checkpoint.
        }
    }

    [GeneratedRegex(@"^model-\d{5}-of-\d{5}\.safetensors$", RegexOptions.CultureInvariant)]
    private static partial Regex ShardName();
}
