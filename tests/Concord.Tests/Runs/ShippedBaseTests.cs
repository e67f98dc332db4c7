using Concord.Runs.Recipes;
using Xunit;

namespace Concord.Tests.Runs;

public class ShippedBaseTests
{
    [Theory]
    [InlineData("more.yaml")]
    [InlineData("recipes/more.yaml")]
    [InlineData("recipes/more")]
    public void A_shipped_recipe_is_a_base_from_any_folder(string name)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("mine.yaml"), $"base: {name}\nseed: 7\n");
        var recipe = RecipeFile.Read(folder.File("mine.yaml"), []);
        Assert.Equal(7, recipe.Seed);
        Assert.IsType<Concord.Training.Weightings.MoreWeighting>(recipe.Training.Weighting);
    }

    [Fact]
    public void A_recipe_beside_is_taken_first_and_one_that_is_nowhere_is_named()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("more.yaml"), "seed: 5\n");
        File.WriteAllText(folder.File("mine.yaml"), "base: more.yaml\n");
        Assert.Equal(5, RecipeFile.Read(folder.File("mine.yaml"), []).Seed);
        File.WriteAllText(folder.File("mine.yaml"), "base: mroe.yaml\n");
        var error = Assert.Throws<ConcordException>(() => RecipeFile.Read(folder.File("mine.yaml"), []));
        Assert.Contains("Did you mean recipes/more.yaml?", error.Message, StringComparison.Ordinal);
    }
}
