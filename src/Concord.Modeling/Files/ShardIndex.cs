namespace Concord.Modeling.Files;

/// <summary>The contents of <c>model.safetensors.index.json</c>: which shard holds which tensor.</summary>
internal sealed class ShardIndex
{
    private readonly string path;
    private readonly Dictionary<string, string> shardOf;

    private ShardIndex(string path, Dictionary<string, string> shardOf) => (this.path, this.shardOf) = (path, shardOf);

    /// <summary>
    /// Reads an index. The names of shards must be plain names: an index must not reach outside its folder.
    /// </summary>
    public static ShardIndex Read(string path)
    {
        using var document = ConfigDocument.Load(path);
        using var map = document.Object("weight_map") ?? throw document.Missing("weight_map");
        var shardOf = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in map.Keys)
        {
            var shard = map.Text(name) ?? throw map.Missing(name);
            if (shard.Length == 0 || shard is "." or ".." || shard.AsSpan().IndexOfAny('/', '\\', '\0') >= 0)
                throw map.Wrong(name, "the plain name of a file beside the index");
            shardOf.Add(name, shard);
        }
        return shardOf.Count > 0
            ? new ShardIndex(path, shardOf)
            : throw document.Wrong("weight_map", "at least one tensor");
    }

    /// <summary>
    /// Opens all shards into <paramref name="files"/> and checks that each tensor lies where the index says and no
    /// shard holds another.
    /// </summary>
    public void Open(string folder, List<SafetensorsFile> files)
    {
        foreach (var shard in shardOf.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var shardPath = Path.Combine(folder, shard);
            if (!File.Exists(shardPath))
                throw new ConcordException(
                    $"{path} names {shard}, which is not in {folder}. Copy or download the missing shard."
                );
            var file = SafetensorsFile.Open(shardPath);
            files.Add(file);
            foreach (var name in file.Names)
                if (!shardOf.TryGetValue(name, out var place) || place != shard)
                    throw new ConcordException(
                        $"{shardPath} holds tensor \"{name}\", which {path} "
                            + $"{(place is null ? "does not list" : $"places in {place}")}. "
                            + "Take index and shards of one checkpoint."
                    );
        }
        var open = files.ToDictionary(file => Path.GetFileName(file.Path), StringComparer.Ordinal);
        foreach (var (name, shard) in shardOf)
            if (!open[shard].Contains(name))
                throw new ConcordException(
                    $"{Path.Combine(folder, shard)} has no tensor \"{name}\", though {path} places it there. Take "
                        + $"index and shards of one checkpoint."
                );
    }
}
