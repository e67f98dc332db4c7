using Concord.Foundation;
using Xunit;

namespace Concord.Tests.Foundation;

public class SettingRuleTests
{
    private sealed record Sample
    {
        [Setting("How fast.", Above = 0, Most = 1)]
        public double LearningRate { get; init; } = .5;

        [Setting("How many.", Least = 2, Below = 9, Key = "count")]
        public int? Number { get; init; }

        public double Free { get; init; } = -1;
    }

    [Fact]
    public void A_rule_is_read_beside_the_property()
    {
        var rule = SettingRule.Of(typeof(Sample), nameof(Sample.LearningRate));
        Assert.Equal(new SettingRule("learning_rate", "How fast.", new SettingRange(0, 1, LeastIncluded: false)), rule);
        Assert.Equal("count", SettingRule.Of(typeof(Sample), nameof(Sample.Number)).Key);
        Assert.Throws<ArgumentException>(() => SettingRule.Of(typeof(Sample), nameof(Sample.Free)));
    }

    [Fact]
    public void Numbers_outside_their_range_are_refused_in_a_sentence_and_absent_ones_are_not()
    {
        SettingRule.Check(new Sample());
        SettingRule.Check(new Sample { LearningRate = 1, Number = 2 });
        string Said(Sample sample) =>
            Assert.Throws<ConcordException>(() => SettingRule.Check(sample, "group.")).Message;
        Assert.Equal(
            "The setting group.learning_rate is 0, but must be above 0 and at most 1.",
            Said(new Sample { LearningRate = 0 })
        );
        Assert.Equal(
            "The setting group.count is 9, but must be at least 2 and below 9.",
            Said(new Sample { Number = 9 })
        );
        foreach (var odd in new[] { double.NaN, double.PositiveInfinity, -1 })
            Said(new Sample { LearningRate = odd });
    }
}
