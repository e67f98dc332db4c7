using System.IO.Compression;
using System.Reflection.Metadata;
using System.Text;
using System.Xml.Linq;

namespace Concord.Tests.Packages;

/// <summary>What is wrong with a package or a package of symbols, one line each.</summary>
/// <param name="repositoryUrl">Where the package has to say that its sources are.</param>
/// <param name="machinePaths">Folders of the building machine, none of which may be named by any file of ours.</param>
internal sealed class PackedFiles(string repositoryUrl, IReadOnlyList<string> machinePaths)
{
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A"),
        EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    private static readonly string[] Elements =
    [
        "description",
        "tags",
        "license",
        "readme",
        "projectUrl",
        "repository",
    ];

    /// <summary>Reads every file of the package that is ours: libraries of others come from their packages.</summary>
    public IReadOnlyList<string> Complaints(string package)
    {
        using var archive = ZipFile.OpenRead(package);
        var complaints = new List<string>();
        foreach (var entry in archive.Entries.Where(IsOurs))
        {
            var bytes = Bytes(entry);
            complaints.AddRange(Paths(bytes).Select(path => $"{entry.FullName} names {path}"));
            if (entry.Name.EndsWith(".pdb", StringComparison.Ordinal))
                complaints.AddRange(Symbols(bytes).Select(complaint => $"{entry.FullName} {complaint}"));
        }
        if (package.EndsWith(".snupkg", StringComparison.Ordinal))
        {
            if (!archive.Entries.Any(entry => entry.Name.EndsWith(".pdb", StringComparison.Ordinal)))
                complaints.Add("no symbols");
        }
        else
        {
            complaints.AddRange(
                new[] { "README.md", "LICENSE" }
                    .Where(name => archive.GetEntry(name) is null)
                    .Select(name => $"no {name}")
            );
            complaints.AddRange(
                archive
                    .Entries.Where(entry => entry.Name.EndsWith(".nuspec", StringComparison.Ordinal))
                    .SelectMany(entry => Metadata(Bytes(entry)))
            );
        }
        return [.. complaints.Select(complaint => $"{Path.GetFileName(package)}: {complaint}")];
    }

    private static bool IsOurs(ZipArchiveEntry entry) =>
        entry.Name.StartsWith("concord", StringComparison.OrdinalIgnoreCase)
        || Path.GetExtension(entry.Name) is ".nuspec" or ".xml" or ".json" or ".md" or ".psmdcp" or ".rels" or "";

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var from = entry.Open();
        using var bytes = new MemoryStream();
        from.CopyTo(bytes);
        return bytes.ToArray();
    }

    // texts are UTF-8 in files and UTF-16 among the strings of a program
    private IEnumerable<string> Paths(byte[] bytes) =>
        machinePaths.Where(path =>
            bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(path)) >= 0
            || bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(path)) >= 0
        );

    private IEnumerable<string> Metadata(byte[] nuspec)
    {
        var document = XDocument.Load(new MemoryStream(nuspec)); // which reads the mark it may begin with
        var metadata = document.Root!.Elements().Single(element => element.Name.LocalName == "metadata");
        var byName = metadata.Elements().ToLookup(element => element.Name.LocalName);
        foreach (var name in Elements.Where(name => !byName[name].Any()))
            yield return $"no {name}";
        if (byName["description"].FirstOrDefault()?.Value is null or "" or "Package Description")
            yield return "no description of its own";
        if (byName["repository"].FirstOrDefault() is not { } repository)
            yield break;
        if (repository.Attribute("url")?.Value != repositoryUrl)
            yield return $"repository {repository.Attribute("url")?.Value} instead of {repositoryUrl}";
        if (repository.Attribute("commit")?.Value is not { Length: 40 })
            yield return "no commit";
    }

    private IEnumerable<string> Symbols(byte[] bytes)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(bytes));
        var reader = provider.GetMetadataReader();
        foreach (var document in reader.Documents.Select(handle => reader.GetString(reader.GetDocument(handle).Name)))
            if (!document.StartsWith("/_/", StringComparison.Ordinal))
                yield return $"names the source {document}, which is not below /_/";
        var link = "";
        foreach (var information in reader.CustomDebugInformation.Select(reader.GetCustomDebugInformation))
        {
            var kind = reader.GetGuid(information.Kind);
            if (kind == SourceLink)
                link = Encoding.UTF8.GetString(reader.GetBlobBytes(information.Value));
            else if (kind == EmbeddedSource)
                foreach (var path in Paths(Embedded(reader.GetBlobBytes(information.Value))))
                    yield return $"embeds a source that names {path}";
        }
        if (!link.Contains($"\"/_/*\":\"{repositoryUrl}/raw/", StringComparison.Ordinal))
            yield return $"links its sources to nowhere below {repositoryUrl}: {link}";
    }

    // its length where it is compressed, else 0, and the text
    private static byte[] Embedded(byte[] blob)
    {
        if (BitConverter.ToInt32(blob) == 0)
            return blob[sizeof(int)..];
        using var inflated = new DeflateStream(
            new MemoryStream(blob, sizeof(int), blob.Length - sizeof(int)),
            CompressionMode.Decompress
        );
        using var text = new MemoryStream();
        inflated.CopyTo(text);
        return text.ToArray();
    }
}
