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
        var (train, validation, test) = new PromptSplit { TestShare = 0.2, ValidationShare = 0.1 }.Apply(comparisons);
        Assert.Equal(comparisons.Length, train.Count + validation.Count + test.Count);
        var sides = new[] { train, validation, test }
            .Select(side => side.Select(comparison => comparison.PromptId).ToHashSet())
            .ToArray();
        Assert.Empty(sides[0].Intersect(sides[1]));
        Assert.Empty(sides[0].Intersect(sides[2]));
        Assert.Empty(sides[1].Intersect(sides[2]));
        // Both forms of the same 1,850 pairs fall on the same sides.
        Assert.Equal(
            test.Count(comparison => comparison.Source == "harmless"),
            test.Count(comparison => comparison.Source == "harmless-base")
        );
        var prompts = sides.Sum(side => side.Count);
        Assert.InRange((double)sides[2].Count / prompts, 0.17, 0.23);
        Assert.InRange((double)sides[1].Count / prompts, 0.08, 0.12);
    }

    [Fact]
    public void A_split_is_a_pure_function_of_seed_and_prompt()
    {
        Gen.Select(Gen.String.Array[1, 40], Gen.Long, Gen.Double[0, 0.5], Gen.Double[0, 0.5], Gen.Int[0, 1000])
            .Sample(
                (prompts, seed, test, validation, shuffle) =>
                {
                    var split = new PromptSplit
                    {
                        Seed = seed,
                        TestShare = test,
                        ValidationShare = validation,
                    };
                    var comparisons = prompts.Select((prompt, at) => Of($"s{at % 3}", prompt)).ToArray();
                    var shuffled = comparisons.ToArray();
                    new Random(shuffle).Shuffle(shuffled);
                    var whole = split.Apply(comparisons);
                    var other = split.Apply(shuffled);
                    Assert.Equal(whole.Test.ToHashSet(), other.Test.ToHashSet());
                    Assert.Equal(whole.Validation.ToHashSet(), other.Validation.ToHashSet());
                    foreach (var comparison in comparisons)
                        Assert.Equal(
                            split.PartOf(comparison.PromptId),
                            split.PartOf(Of("alone", comparison.Prompt[0].Content).PromptId)
                        );
                    // A larger test share only adds.
                    Assert.Superset(
                        whole.Test.ToHashSet(),
                        (split with { TestShare = test + (1 - test - validation) / 2 })
                            .Apply(comparisons)
                            .Test.ToHashSet()
                    );
                }
            );
    }

    [Fact]
    public void Another_seed_is_another_split_and_the_first_stays_what_it_was()
    {
        var ids = Enumerable.Range(0, 1000).Select(at => $"prompt {at}").ToArray();
        string[] Test(long seed) =>
            [.. ids.Where(id => new PromptSplit { Seed = seed, TestShare = 0.3 }.PartOf(id) == SplitPart.Test)];
        Assert.InRange(Test(1).Intersect(Test(2)).Count(), 40, 150);
        // Frozen: a split must not move with a new version.
        Assert.Equal(["prompt 0", "prompt 1", "prompt 2", "prompt 6", "prompt 7"], Test(1).Take(5));
    }

    [Fact]
    public void Shares_at_the_ends_and_outside()
    {
        Assert.Equal(SplitPart.Train, new PromptSplit { TestShare = 0 }.PartOf("x"));
        Assert.Equal(SplitPart.Test, new PromptSplit { TestShare = 1 }.PartOf("x"));
        foreach (var (test, validation) in new[] { (-0.1, 0), (1.1, 0), (0.6, 0.6), (double.NaN, 0) })
            Assert.Throws<ConcordException>(() =>
                new PromptSplit { TestShare = test, ValidationShare = validation }.PartOf("x")
            );
    }

    [Fact]
    public void Sampling_takes_share_limit_and_number_and_does_not_mind_the_order()
    {
        Gen.Select(Gen.Int[1, 60], Gen.Int[1, 5], Gen.Double[0.01, 1], Gen.Int[1, 80], Gen.Int[1, 200], Gen.Long)
            .Sample(
                (count, prompts, share, limit, resample, seed) =>
                {
                    var source = Enumerable
                        .Range(0, count)
                        .Select(at => Of("s", $"p{at % (1 + count / prompts)}", $"a{at}"))
                        .ToArray();
                    var sampling = new SourceSampling
                    {
                        Seed = seed,
                        Share = share,
                        Limit = limit,
                    };
                    var once = sampling.Apply(source);
                    Assert.Equal(
                        Math.Min(limit, Math.Max(1, (int)Math.Round(share * count, MidpointRounding.AwayFromZero))),
                        once.Count
                    );
                    Assert.Equal(once.Count, once.Distinct().Count());
                    Assert.Equal(once, source.Where(once.Contains));
                    Assert.Equal(once.ToHashSet(), sampling.Apply([.. source.Reverse()]).ToHashSet());

                    var many = (sampling with { Resample = resample }).Apply(source);
                    Assert.Equal(resample, many.Count);
                    Assert.Subset(once.ToHashSet(), many.ToHashSet());
                    // As even as it can be: no comparison comes more than once oftener than another.
                    var times = once.Select(comparison => many.Count(other => other == comparison)).ToArray();
                    Assert.InRange(times.Max() - times.Min(), 0, 1);
                }
            );
    }

    [Fact]
    public void A_smaller_sample_is_part_of_a_larger_and_keeps_prompts_together()
    {
        var source = Enumerable.Range(0, 100).Select(at => Of("s", $"p{at % 50}", $"a{at}")).ToArray();
        var ten = new SourceSampling { Limit = 10 }.Apply(source);
        Assert.Subset(
            new SourceSampling { Limit = 30 }
                .Apply(source)
                .ToHashSet(),
            ten.ToHashSet()
        );
        Assert.Equal(5, ten.Select(comparison => comparison.PromptId).Distinct().Count());
        Assert.Throws<ConcordException>(() => new SourceSampling { Share = 0 }.Apply(source));
        Assert.Throws<ConcordException>(() => new SourceSampling { Limit = 0 }.Apply(source));
        Assert.Throws<ConcordException>(() => new SourceSampling { Resample = -1 }.Apply(source));
    }
}
