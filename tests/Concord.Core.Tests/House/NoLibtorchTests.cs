using System.Text.Json;
using Xunit;

namespace Concord.Tests.House;

/// <summary>These tests run without libtorch: what they test needs none, nor the rooms that do.</summary>
public class NoLibtorchTests
{
    [Fact]
    public void This_program_depends_on_the_rooms_without_libtorch_and_on_no_other()
    {
        var program = typeof(NoLibtorchTests).Assembly;
        // what is put beside the program and what it loads, through however many others
        var file = Path.ChangeExtension(program.Location, ".deps.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        var libraries = document
            .RootElement.GetProperty("libraries")
            .EnumerateObject()
            .Select(library => library.Name.Split('/')[0])
            .ToArray();
        Assert.DoesNotContain(libraries, name => name.Contains("torch", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(
            [
                "Concord.Calibration",
                "Concord.Foundation",
                "Concord.Preferences",
                "Concord.Records",
                "Concord.Tokenization",
            ],
            libraries
                .Where(name => name.StartsWith("concord", StringComparison.OrdinalIgnoreCase))
                .Except([program.GetName().Name!])
                .Order(StringComparer.Ordinal)
        );
    }
}
