using Concord.Cli;
using Xunit;

namespace Concord.Tests.Cli;

/// <summary>How the command line speaks of recipes.</summary>
public class RecipeCommandTests
{
    [Fact]
    public void A_missing_recipe_and_a_mistyped_override_say_what_to_do()
    {
        var folder = Directory.CreateTempSubdirectory();
        var recipe = Path.Combine(folder.FullName, "r.yaml");
        File.WriteAllText(recipe, "seed: 1\n");
        ConcordCli
            .Run("train", Path.Combine(folder.FullName, "no.yaml"))
            .MustFail(ExitCodes.Failed, "does not exist", "more-temperatures");
        ConcordCli
            .Run("train", Path.Combine("recipes", "mroe.yaml"))
            .MustFail(ExitCodes.Failed, "Did you mean recipes/more.yaml?");
        ConcordCli
            .Run("train", recipe, "training.epoch=2")
            .MustFail(ExitCodes.Usage, "On the command line", "the nearest is 'epochs'");
        ConcordCli.Run("train", "seed=1").MustFail(ExitCodes.Usage, "write the recipe's file first");
        ConcordCli.Run("train").MustFail(ExitCodes.Usage, "A recipe is needed");
        folder.Delete(recursive: true);
    }

    [Fact]
    public void All_keys_are_listed()
    {
        var result = ConcordCli.Run("train", "--keys").MustBeDone();
        Assert.Contains("training.weighting.more.alpha = 0.99", result.Out);
        Assert.Contains("sources.N.files", result.Out);
        Assert.Contains("model.init.hidden_size = 64", result.Out);
    }
}
