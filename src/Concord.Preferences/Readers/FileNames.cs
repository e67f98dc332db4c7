namespace Concord.Preferences.Readers;

/// <summary>
/// The sources that the names of several files give. Shards of one data set have one name; data sets of the same name
/// in different folders have their folders' names.
/// </summary>
internal sealed class FileNames
{
    private const int MostFolders = 8;

    private readonly Dictionary<string, FileSource> sources = new(StringComparer.Ordinal);

    /// <summary>Names files.</summary>
    public FileNames(IReadOnlyList<string> files)
    {
        foreach (var same in files.DistinctBy(Set).GroupBy(SourceName.OfFile))
            Name(same.Key, [.. same]);
    }

    /// <summary>The data set that a file belongs to: the same for all its shards, which lie in one folder.</summary>
    public static string Set(string file) =>
        SourceName.IsShard(file)
            ? Path.Combine(Path.GetDirectoryName(file) ?? "", $"{SourceName.Bare(file)}*{SourceName.Extension(file)}")
            : file;

    /// <summary>What a file's name gives.</summary>
    public FileSource Of(string file) =>
        sources.GetValueOrDefault(Set(file)) ?? new FileSource(SourceName.OfFile(file));

    private void Name(string name, string[] files)
    {
        if (files.Length == 1)
        {
            sources[Set(files[0])] = new FileSource(name);
            return;
        }
        for (var above = 1; above <= MostFolders; above++)
        {
            var folders = files.Select(file => SourceName.Folder(file, above)).OfType<string>().ToArray();
            if (folders.Length < files.Length || folders.Distinct(StringComparer.Ordinal).Count() < files.Length)
                continue;
            foreach (var (file, folder) in files.Zip(folders))
                sources[Set(file)] = new FileSource(folder);
            return;
        }
        foreach (var file in files)
            sources[Set(file)] = new FileSource(
                null,
                $"{string.Join(" and ", files)} would all be the source '{name}', by their names: give each the name of "
                    + "its source (in a recipe: name), or all of them one (--source)."
            );
    }
}
