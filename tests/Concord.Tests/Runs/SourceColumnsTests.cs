using Concord.Preferences.Readers;
using Concord.Runs.Data;
using Concord.Runs.Recipes;
using Xunit;

namespace Concord.Tests.Runs;

/// <summary>Columns and sources as recipes and programs name them.</summary>
public sealed class SourceColumnsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Save(string name, params string[] lines)
    {
        var path = folder.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllLines(path, lines);
        return path;
    }

    private static string[] Pairs(int count, string fields) =>
        [.. Enumerable.Range(0, count).Select(at => $$"""{"Frage":"q {{at}}","gut":"a","schlecht":"b"{{fields}}}""")];

    [Fact]
    public void A_recipe_names_columns_and_the_field_of_the_source_and_keeps_them()
    {
        Save("pairs.jsonl", Pairs(30, ",\"team\":\"rot\",\"warum\":\"so\""));
        var recipe = RecipeFile.Read(
            Save(
                "recipe.yaml",
                $"data: '{folder.Path}'",
                "sources:",
                "  - files: [pairs.jsonl]",
                "    columns: {prompt: Frage, chosen: gut, rejected: schlecht, images: ''}",
                "    source_field: team"
            ),
            []
        );
        var saved = RecipeFile.Write(recipe);
        Assert.Equal(saved, RecipeFile.Write(RecipeFile.Read(Save("again.yaml", saved), [])));
        var split = RunComparisons.Of(recipe);
        Assert.Equal(["rot"], split.Account.Sources);
        Assert.Contains(
            split.Account.Notes,
            note => note.EndsWith("pairs.jsonl: columns not used: warum (30 records)", StringComparison.Ordinal)
        );
        Assert.Contains(
            "did you mean prompt?",
            Assert
                .Throws<ConcordException>(() =>
                    RecipeFile.Read(Save("wrong.yaml", "sources: [{files: [x], columns: {promt: Frage}}]"), [])
                )
                .Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Two_entries_of_one_file_name_are_two_sources()
    {
        var recipe = Shared.Path("cases", "same-file-name-one-source", "recipe.yaml");
        var split = RunComparisons.Of(RecipeFile.Read(recipe, [$"data={Path.GetDirectoryName(recipe)}"]));
        Assert.Equal(["helpful-base", "harmless-base"], split.Account.Sources);
        Assert.All(split.Account.Training, count => Assert.InRange(count, 20, 40));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Dialogues_without_a_common_question_are_split_like_others(int seed)
    {
        var path = Shared.Path("cases", "empty-prompt-one-id", "pairs.jsonl");
        var account = PreferenceData.Read(path).Split(heldOut: .2, seed: seed).Account;
        Assert.InRange(account.HeldOut[0], 10, 32);
        Assert.Equal(100, account.HeldOut[0] + account.Training[0] + account.Validation[0]);
    }

    [Fact]
    public void A_program_names_columns_too()
    {
        var data = PreferenceData.Read(
            new PreferenceSource
            {
                Files = [Save("x.jsonl", Pairs(2, ""))],
                Columns = ColumnMapping.Parse("prompt=Frage,chosen=gut,rejected=schlecht"),
            }
        );
        Assert.Equal(["x"], data.Sources);
        Assert.Equal("q 1", data.Comparisons[1].Prompt[0].Content);
    }
}
