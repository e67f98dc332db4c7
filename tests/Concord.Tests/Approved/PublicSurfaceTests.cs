using System.Reflection;
using PublicApiGenerator;
using Xunit;

namespace Concord.Tests.Approved;

/// <summary>
/// What each library shows to others stands in a file beside this one: a change of it is seen in review. CONTRIBUTING
/// says how to accept one.
/// </summary>
public class PublicSurfaceTests
{
    private const string Accept = "CONCORD_ACCEPT";

    public static TheoryData<string> Libraries() =>
        [
            .. Directory
                .EnumerateDirectories(Path.Combine(Shared.RepositoryRoot, "src"))
                .Select(folder => Path.GetFileName(folder))
                .Where(name => name != "Concord.Cli")
                .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_librarys_public_surface_is_the_approved_one(string library)
    {
        var surface = Assembly
            .Load(library)
            .GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false })
            .ReplaceLineEndings("\n");
        var file = Path.Combine(Shared.RepositoryRoot, "tests", "Concord.Tests", "Approved", library + ".txt");
        if (Environment.GetEnvironmentVariable(Accept) == "1")
            File.WriteAllText(file, surface);
        Assert.True(File.Exists(file), $"{file} is not there: run the tests once with {Accept}=1.");
        Assert.True(
            surface == File.ReadAllText(file),
            $"{library}'s public surface is not the approved one. Where that is meant, run these tests once with "
                + $"{Accept}=1 and commit the difference of {Path.GetFileName(file)}."
        );
    }
}
