using Concord.Calibration;
using Xunit;

namespace Concord.Tests.Calibration;

public class SingleModelsTests
{
    private static Prediction Of(string source, double winner, double loser) => new(source, [winner, loser], [1, 0]);

    // a's own model is right on a and wrong on b; b's the other way round
    private static SingleModels Models() =>
        new([("a", [Of("a", 2, 0), Of("b", 0, 3)]), ("b", [Of("a", 0, 1), Of("b", 1, 0)])]);

    [Fact]
    public void Top_scores_each_source_by_its_own_model()
    {
        var top = Models().Top();
        Assert.Equal([2.0, 0], top[0].Rewards);
        Assert.Equal([1.0, 0], top[1].Rewards);
    }

    [Fact]
    public void Averaging_takes_the_mean_reward_and_the_mean_of_accuracies_stands_apart()
    {
        var models = Models();
        var averaged = models.Averaging();
        Assert.Equal([1.0, 0.5], averaged[0].Rewards);
        Assert.Equal([0.5, 1.5], averaged[1].Rewards);
        Assert.Equal(0.5, models.MeanAccuracies()["a"]);
        Assert.Equal(0.5, models.MeanAccuracies()["b"]);
    }

    [Fact]
    public void Scores_of_other_comparisons_are_refused()
    {
        Assert.Throws<ConcordException>(() => new SingleModels([("a", [Of("a", 1, 0)]), ("b", [Of("b", 1, 0)])]));
        Assert.Throws<ConcordException>(() => new SingleModels([("a", [Of("a", 1, 0)]), ("b", [])]));
        Assert.Contains(
            "b",
            Assert.Throws<ConcordException>(() => new SingleModels([("a", [Of("b", 1, 0)])]).Top()).Message,
            StringComparison.Ordinal
        );
    }
}
