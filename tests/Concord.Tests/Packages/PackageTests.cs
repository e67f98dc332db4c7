using System.IO.Compression;
using System.Text;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace Concord.Tests.Packages;

/// <summary>Packages are opened: metadata, symbols, links to sources, and no path of the building machine.</summary>
public sealed class PackageTests : IDisposable
{
    private const string Nuspec = """
        <package><metadata><description>What it is.</description><tags>one</tags>
        <license type="expression">Apache-2.0</license><readme>README.md</readme><projectUrl>URL</projectUrl>
        <repository type="git" url="URL" commit="0123456789012345678901234567890123456789" /></metadata></package>
        """;

    private static readonly string RepositoryUrl = XDocument
        .Load(Path.Combine(Shared.RepositoryRoot, "Directory.Build.props"))
        .Descendants("RepositoryUrl")
        .Single()
        .Value;

    private readonly TemporaryFolder folder = new();

    private static readonly string[] MachinePaths =
    [
        .. new[]
        {
            Shared.RepositoryRoot,
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
            Path.GetTempPath(),
        }
            .Select(path => path.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar)
            .Where(path => path.Length > 1),
    ];

    // the repository often lies in a home, or in a temporary folder: the outer one is found with it
    private static PackedFiles Inspection { get; } =
        new(
            RepositoryUrl,
            [
                .. MachinePaths
                    .Distinct()
                    .Where(path =>
                        !MachinePaths.Any(other => other != path && path.StartsWith(other, StringComparison.Ordinal))
                    ),
            ]
        );

    [Fact]
    public void Packages_are_as_they_should_be()
    {
        var packages = Environment.GetEnvironmentVariable("CONCORD_PACKAGES");
        Assert.SkipWhen(packages is null, "CONCORD_PACKAGES names no folder of packages: .ci/pack makes one.");
        string[] libraries =
        [
            .. Directory
                .EnumerateFiles(packages!, "Concord.*.nupkg")
                .Concat(Directory.EnumerateFiles(packages!, "Concord.*.snupkg")),
        ];
        var rooms = Directory
            .EnumerateDirectories(Path.Combine(Shared.RepositoryRoot, "src"), "Concord.*")
            .Count(room => Path.GetFileName(room) != "Concord.Cli");
        Assert.Equal(2 * rooms, libraries.Length);
        Assert.Empty(
            Directory
                .EnumerateFiles(packages!)
                .Where(file => Path.GetExtension(file) is ".nupkg" or ".snupkg")
                .SelectMany(Inspection.Complaints)
        );
    }

    [Fact]
    public void What_a_good_package_holds_is_not_complained_of() =>
        Assert.Empty(
            Complaints(
                "good.nupkg",
                ("README.md", []),
                ("LICENSE", []),
                ("concord.nuspec", Text(Nuspec)),
                ("lib/Concord.Some.dll", Text("/_/src/Concord.Some/Some.cs"))
            )
        );

    [Fact]
    public void What_is_missing_is_named()
    {
        var bare = Nuspec.Replace("<tags>one</tags>", "", StringComparison.Ordinal);
        Assert.Equal(
            ["bare.nupkg: no LICENSE", "bare.nupkg: no tags"],
            Complaints("bare.nupkg", ("README.md", []), ("concord.nuspec", Text(bare)))
        );
        var elsewhere = Nuspec.Replace("url=\"URL\"", "url=\"https://example.org\"", StringComparison.Ordinal);
        Assert.Contains(
            $"repository https://example.org instead of {RepositoryUrl}",
            Assert.Single(
                Complaints("elsewhere.nupkg", ("README.md", []), ("LICENSE", []), ("concord.nuspec", Text(elsewhere)))
            ),
            StringComparison.Ordinal
        );
        Assert.Equal(["bare.snupkg: no symbols"], Complaints("bare.snupkg"));
    }

    [Fact]
    public void A_path_of_the_machine_is_found_in_bytes_strings_symbols_and_embedded_sources()
    {
        var path = Path.Combine(Shared.RepositoryRoot, "src", "Some.cs");
        Assert.Single(Complaints("bytes.snupkg", ("lib/Concord.Some.dll", Text(path)), Symbols("/_/Some.cs", "")));
        Assert.Single(
            Complaints(
                "strings.snupkg",
                ("lib/Concord.Some.dll", Encoding.Unicode.GetBytes("x" + path)),
                Symbols("/_/Some.cs", "")
            )
        );
        Assert.Contains(
            Complaints("symbols.snupkg", Symbols(path, "")),
            line => line.Contains("names the source", StringComparison.Ordinal)
        );
        // long enough to be compressed, so that no search in the file itself finds it
        var embedded = string.Concat(Enumerable.Repeat($"// {path}\n", 100));
        var complaint = Assert.Single(Complaints("embedded.snupkg", Symbols("/_/Some.cs", embedded)));
        Assert.Contains("embeds a source", complaint, StringComparison.Ordinal);
        Assert.Contains(
            "links its sources to nowhere",
            Assert.Single(Complaints("unlinked.snupkg", Symbols("/_/Some.cs", "", link: "{}"))),
            StringComparison.Ordinal
        );
    }

    private static (string Name, byte[] Bytes) Symbols(string document, string embedded, string? link = null)
    {
        var text = SourceText.From(embedded + "class Some { static void Do() { } }", Encoding.UTF8);
        using MemoryStream assembly = new(),
            symbols = new();
        var emitted = CSharpCompilation
            .Create(
                "Concord.Some",
                [CSharpSyntaxTree.ParseText(text, path: document)],
                [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)],
                new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)
            )
            .Emit(
                assembly,
                symbols,
                sourceLinkStream: new MemoryStream(
                    Text(link ?? $"{{\"documents\":{{\"/_/*\":\"{RepositoryUrl}/raw/0123/*\"}}}}")
                ),
                embeddedTexts: [EmbeddedText.FromSource(document, text)],
                options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb)
            );
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics));
        return ("lib/Concord.Some.pdb", symbols.ToArray());
    }

    private static byte[] Text(string text) =>
        Encoding.UTF8.GetBytes(text.Replace("URL", RepositoryUrl, StringComparison.Ordinal));

    private IReadOnlyList<string> Complaints(string name, params (string Name, byte[] Bytes)[] files)
    {
        using (var archive = ZipFile.Open(folder.File(name), ZipArchiveMode.Create))
            foreach (var (file, bytes) in files)
            {
                using var stream = archive.CreateEntry(file).Open();
                stream.Write(bytes);
            }
        return Inspection.Complaints(folder.File(name));
    }

    /// <inheritdoc/>
    public void Dispose() => folder.Dispose();
}
