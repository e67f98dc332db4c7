using Concord.Preferences;
using Concord.Preferences.Readers;
using Concord.Preferences.Sampling;
using CsCheck;
using Xunit;

namespace Concord.Tests.Preferences;

/// <summary>
/// Laws of splitting: no prompt on two sides, nothing depends on order or company, only the seed moves a prompt.
/// </summary>
public class SplitTests
{
    private static Comparison Of(string source, string prompt, string answer = "a") =>
        new()
        {
            Source = source,
            Prompt = [new Message(Roles.User, prompt)],
            Responses = [Response.FromAssistant(answer), Response.FromAssistant("b")],
            Scores = [1, 0],
            PromptId = PromptIdentity.OfMessages([new Message(Roles.User, prompt)]),
            Origin = new RecordOrigin("file", 1),
        };

    [Fact]
    public void No_prompt_lies_on_two_sides_whatever_source_and_format_it_came_in()
    {
        var comparisons = PreferenceFile
            .Read(Shared.Path("data", "harmless.json"))
            .Comparisons.Concat(PreferenceFile.Read(Shared.Path("data", "harmless-base.jsonl.gz")).Comparisons)
            .Concat(PreferenceFile.Read(Shared.Path("data", "domain_specific_preference.jsonl")).Comparisons)
            .Concat(PreferenceFile.Read(Shared.Path("data", "pandalm_testset.json")).Comparisons)
            .ToArray();
        var split = new PromptSplit { HeldOut = 0.2, Validation = 0.1 }.Apply(comparisons);
        Assert.Equal(
            comparisons.Length,
            split.Training.Count + split.Validation.Count + split.HeldOut.Count + split.TiedForTraining
        );
        Assert.All(split.Training.Concat(split.Validation), comparison => Assert.True(comparison.StrictPairs > 0));
        var sides = new[] { split.Training, split.Validation, split.HeldOut }
            .Select(side => side.Select(comparison => comparison.PromptId).ToHashSet())
            .ToArray();
        Assert.Empty(sides[0].Intersect(sides[1]));
        Assert.Empty(sides[0].Intersect(sides[2]));
        Assert.Empty(sides[1].Intersect(sides[2]));
        // Both forms of the same 1,850 pairs fall on the same sides.
        Assert.Equal(
            split.HeldOut.Count(comparison => comparison.Source == "harmless"),
            split.HeldOut.Count(comparison => comparison.Source == "harmless-base")
        );
        var prompts = sides.Sum(side => side.Count);
        Assert.InRange((double)sides[2].Count / prompts, 0.17, 0.23);
        Assert.InRange((double)sides[1].Count / prompts, 0.06, 0.1); // a tenth of the rest
    }

    [Fact]
    public void A_split_is_a_pure_function_of_seed_and_prompt()
    {
        Gen.Select(
                Gen.String.Array[1, 40],
                Gen.Int[0, int.MaxValue - 2],
                Gen.Double[0, 0.5],
                Gen.Double[0, 0.5],
                Gen.Int[0, 1000]
            )
            .Sample(
                (prompts, seed, heldOut, validation, shuffle) =>
                {
                    var split = new PromptSplit
                    {
                        Seed = seed,
                        HeldOut = heldOut,
                        Validation = validation,
                        FewestValidation = 1,
                    };
                    var comparisons = prompts.Select((prompt, at) => Of($"s{at % 3}", prompt)).ToArray();
                    var shuffled = comparisons.ToArray();
                    new Random(shuffle).Shuffle(shuffled);
                    var whole = split.Apply(comparisons);
                    var other = split.Apply(shuffled);
                    Assert.Equal(whole.HeldOut.ToHashSet(), other.HeldOut.ToHashSet());
                    Assert.Equal(whole.Validation.ToHashSet(), other.Validation.ToHashSet());
                    foreach (var comparison in comparisons)
                        Assert.Equal(
                            whole.HeldOut.Contains(comparison),
                            split.Apply([Of("alone", comparison.Prompt[0].Content)]).HeldOut.Count == 1
                        );
                    // A larger held-out share only adds.
                    Assert.Superset(
                        whole.HeldOut.ToHashSet(),
                        (split with { HeldOut = heldOut + (1 - heldOut) / 2 }).Apply(comparisons).HeldOut.ToHashSet()
                    );
                }
            );
    }

    [Fact]
    public void Another_seed_is_another_split_and_the_first_stays_what_it_was()
    {
        var comparisons = Enumerable.Range(0, 1000).Select(at => Of("s", "") with { PromptId = $"prompt {at}" });
        string[] HeldOut(int seed) =>
            [
                .. new PromptSplit { Seed = seed, HeldOut = 0.3 }
                    .Apply([.. comparisons])
                    .HeldOut.Select(comparison => comparison.PromptId),
            ];
        Assert.InRange(HeldOut(1).Intersect(HeldOut(2)).Count(), 40, 150);
        // Frozen: a split must not move with a new version.
        Assert.Equal(["prompt 0", "prompt 1", "prompt 2", "prompt 6", "prompt 7"], HeldOut(1).Take(5));
    }

    [Fact]
    public void Shares_at_the_ends_and_outside()
    {
        Comparison[] one = [Of("s", "x")];
        Assert.Single(
            new PromptSplit { HeldOut = 0 }
                .Apply(one)
                .Training
        );
        foreach (var (heldOut, validation) in new[] { (-0.1, 0.0), (1.0, 0.0), (0.1, 1.0), (double.NaN, 0.0) })
            Assert.Throws<ConcordException>(() =>
                new PromptSplit { HeldOut = heldOut, Validation = validation }.Apply(one)
            );
        Assert.Throws<ConcordException>(() => new PromptSplit { HeldOutLimit = 0 }.Apply(one));
    }

    [Fact]
    public void A_limit_chooses_by_the_seed_and_a_smaller_one_is_part_of_a_larger()
    {
        var comparisons = Enumerable.Range(0, 400).Select(at => Of($"s{at % 2}", $"p{at % 150}", $"a{at}")).ToArray();
        var split = new PromptSplit { HeldOut = .5 };
        SplitSides Of30(int? first, int? heldOut) =>
            (split with { HeldOutLimit = heldOut }).Apply(comparisons, name => name == "s0" ? first : null);
        var (few, more) = (Of30(10, 10), Of30(30, 30));
        Assert.Equal(10, few.Training.Count(comparison => comparison.Source == "s0"));
        Assert.Equal(20, few.HeldOut.Count);
        Assert.Subset(more.Training.ToHashSet(), few.Training.ToHashSet());
        Assert.Subset(more.HeldOut.ToHashSet(), few.HeldOut.ToHashSet());
        Assert.Equal(
            Of30(null, null).Training.Where(comparison => comparison.Source == "s1"),
            few.Training.Where(comparison => comparison.Source == "s1")
        );
    }

    [Fact]
    public void A_source_with_too_few_comparisons_has_no_validation_side_and_a_large_one_a_limited_one()
    {
        var comparisons = Enumerable
            .Range(0, 3000)
            .Select(at => Of(at % 30 == 0 ? "small" : "large", $"p{at}", $"a{at}"))
            .ToArray();
        var split = new PromptSplit { Validation = .1, ValidationLimit = 50 };
        var sides = split.Apply(comparisons);
        Assert.All(sides.Validation, comparison => Assert.Equal("large", comparison.Source));
        Assert.Equal(50, sides.Validation.Count);
        var without = (split with { Validation = 0 }).Apply(comparisons);
        Assert.Equal(without.HeldOut, sides.HeldOut);
        Assert.Equal(without.Training.Except(sides.Validation), sides.Training);
    }

    [Fact]
    public void A_prompt_that_one_source_looks_at_is_trained_on_by_none()
    {
        var comparisons = Enumerable
            .Range(0, 2000)
            .Select(at => Of(at % 2 == 0 ? "one" : "two", $"p{at / 2}", $"a{at}"))
            .Where(comparison => comparison.Source == "one" || comparison.Prompt[0].Content.EndsWith('7'))
            .ToArray();
        var sides = new PromptSplit { Validation = .2, FewestValidation = 40 }.Apply(comparisons);
        Assert.All(sides.Validation, comparison => Assert.Equal("one", comparison.Source));
        Assert.Empty(
            sides
                .Training.Select(comparison => comparison.PromptId)
                .Intersect(sides.Validation.Select(one => one.PromptId))
        );
    }
}
