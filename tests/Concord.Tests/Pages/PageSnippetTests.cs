using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Concord.Tests.Pages;

/// <summary>Every C# block on a page is a program, or a part of one, that compiles.</summary>
public class PageSnippetTests
{
    // as ImplicitUsings has them
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    [Fact]
    public void Programs_on_pages_compile()
    {
        var blocks = Pages
            .All.SelectMany(page => Pages.Blocks(page, "csharp").Select((text, number) => (page, number, text)))
            .ToArray();
        Assert.NotEmpty(blocks);
        foreach (var (page, number, text) in blocks)
            Assert.True(Errors(text) is [], $"{page}, C# block {number + 1}:\n{string.Join('\n', Errors(text))}");
    }

    private static string[] Errors(string program)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var trees = new[] { Usings, program }.Select(text => CSharpSyntaxTree.ParseText(text, options));
        var compilation = CSharpCompilation.Create(
            "Snippet",
            trees,
            References(),
            new CSharpCompilationOptions(
                OutputKind.ConsoleApplication,
                nullableContextOptions: NullableContextOptions.Enable
            )
        );
        return
        [
            .. compilation
                .GetDiagnostics()
                .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
                .Select(diagnostic => diagnostic.ToString()),
        ];
    }

    private static IEnumerable<MetadataReference> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(file => !Path.GetFileName(file).StartsWith("Concord.Tests", StringComparison.Ordinal))
            .Select(file => MetadataReference.CreateFromFile(file));
}
