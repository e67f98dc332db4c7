using Concord.Preferences;
using Concord.Preferences.Sampling;
using Xunit;

namespace Concord.Tests.Runs;

/// <summary>The side that chooses is neither trained on nor reported.</summary>
public class ValidationSideTests
{
    private static Comparison[] Comparisons(params (string Source, int Count)[] sources) =>
        [
            .. sources.SelectMany(source =>
                Enumerable
                    .Range(0, source.Count)
                    .Select(i => Comparison.Create(source.Source, $"{source.Source} asks {i}", "yes", "no"))
            ),
        ];

    [Fact]
    public void No_prompt_is_on_two_sides_and_the_held_out_side_does_not_depend_on_it()
    {
        var all = Comparisons(("a", 900), ("b", 700));
        var with = PreferenceData.FromComparisons(all).Split(.1, .1, 3);
        var without = PreferenceData.FromComparisons(all).Split(.1, 0, 3);
        Assert.Equal(without.HeldOut.Select(one => one.PromptId), with.HeldOut.Select(one => one.PromptId));
        Assert.Empty(without.Validation);
        var sides = new[] { with.Training, with.Validation, with.HeldOut }
            .SelectMany((side, i) => side.Select(one => (one.PromptId, i)).Distinct())
            .GroupBy(one => one.PromptId);
        Assert.All(sides, prompt => Assert.Single(prompt));
        Assert.InRange(with.Validation.Count(one => one.Source == "a"), 50, 120);
        Assert.Equal(all.Length, with.Training.Count + with.Validation.Count + with.HeldOut.Count);
    }

    [Fact]
    public void A_small_source_has_none_and_a_large_one_at_most_500()
    {
        var split = PreferenceData.FromComparisons(Comparisons(("small", 100), ("large", 9000))).Split();
        Assert.DoesNotContain(split.Validation, one => one.Source == "small");
        Assert.Equal(500, split.Validation.Count(one => one.Source == "large"));
        Assert.Equal(20, new PromptSplit().FewestValidation);
    }
}
