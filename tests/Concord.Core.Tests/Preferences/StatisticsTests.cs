using Concord.Preferences;
using Concord.Preferences.Readers;
using Concord.Preferences.Statistics;
using Xunit;

namespace Concord.Tests.Preferences;

public class StatisticsTests
{
    private static Comparison Of(
        string source,
        string prompt,
        string[] answers,
        double[] scores,
        string? annotator = null,
        int line = 1
    ) =>
        new()
        {
            Source = source,
            Prompt = [new Message(Roles.User, prompt)],
            Responses = [.. answers.Select(Response.FromAssistant)],
            Scores = scores,
            Annotator = annotator,
            PromptId = PromptIdentity.OfMessages([new Message(Roles.User, prompt)]),
            Origin = new RecordOrigin("file", line),
        };

    private static SourceStatistics Only(DataStatistics statistics) => Assert.Single(statistics.Sources);

    [Fact]
    public void Counts_of_a_small_source_by_hand()
    {
        var statistics = DataStatistics.Of(
            [
                Of("s", "p", ["a", "b"], [1, 0], "x"),
                Of("s", "p", ["b ", "a"], [0, 1], "x"), // the first again, in another order
                Of("s", "p", ["a", "b"], [1, 0], "y"), // another judge: no duplicate
                Of("s", "q", ["a", "b"], [2, 2]), // a tie
                Of("s", "r", ["a", " a", "", "c"], [3, 2, 1, 1]), // same text 1, empty 1, five strict pairs
            ],
            CharacterRows.Of
        );
        var source = Only(statistics);
        Assert.Equal((5, 3, 2, 12), (source.Comparisons, source.Prompts, source.Annotators, source.Responses));
        Assert.Equal((8, 1, 2), (source.StrictPairs, source.Ties, source.EqualPairs));
        Assert.Equal((1, 1, 1), (source.Duplicates, source.IdenticalPairs, source.EmptyResponses));
        Assert.Empty(source.Policies);
    }

    [Fact]
    public void Lengths_and_shared_prefix_of_given_rows()
    {
        int[][][] rows =
        [
            [
                [1, 2, 3, 4],
                [1, 2, 5],
            ],
            [
                [1, 2, 3],
                [1, 2, 3, 4, 5, 6, 7],
            ],
        ];
        var comparisons = rows.Select((_, at) => Of("s", "p", ["a", "b"], [1, 0], line: at)).ToArray();
        var source = Only(DataStatistics.Of(comparisons, comparison => rows[comparison.Origin.Line]));
        Assert.Equal(new Lengths(3, 7, 7, 17), source.Lengths);
        // Two of each row of the first, three of each row of the second are shared.
        Assert.Equal((2 * 2 + 2 * 3) / 17.0, source.SharedPrefixShare);
    }

    [Theory]
    [InlineData(7, 0, 0, 0, 0, 0, 0)]
    [InlineData(6, 1, 0, 0, 1, 0, 0)] // one row over: the window moves by one; right takes the end of one response
    [InlineData(4, 1, 0, 0, 2, 0, 1)] // right leaves the prompt alone, and both rows alike
    [InlineData(2, 1, 1, 1, 2, 0, 1)] // a response of three alone is over
    public void Policies_at_a_maximum_length(
        int maximum,
        int pairs,
        int shared,
        int left,
        int right,
        int alikeShared,
        int alikeRight
    )
    {
        // prompt 1 2 3 4; responses of 3 and 2
        int[][] rows =
        [
            [1, 2, 3, 4, 5, 6, 7],
            [1, 2, 3, 4, 8, 9],
        ];
        var source = Only(DataStatistics.Of([Of("s", "p", ["a", "b"], [1, 0])], _ => rows, maximum));
        Assert.Equal(["shared-left", "left", "right", "drop", "error"], source.Policies.Select(policy => policy.Name));
        Assert.Equal([pairs, pairs, pairs, 0, 0], source.Policies.Select(policy => policy.PairsCut));
        Assert.Equal((pairs, pairs), (source.Policies[3].PairsDropped, source.Policies[4].PairsRefused));
        Assert.Equal([shared, left, right, 0, 0], source.Policies.Select(policy => policy.ResponsesCut));
        Assert.Equal([alikeShared, 0, alikeRight, 0, 0], source.Policies.Select(policy => policy.PairsAlike));
        Assert.Equal(pairs, source.Overlong);
    }

    [Fact]
    public void Contradictions_within_and_between_sources()
    {
        var statistics = DataStatistics.Of(
            [
                Of("s", "p", ["a", "b"], [1, 0], "x", 1),
                Of("s", "p", ["b", "a"], [1, 0], "y", 2), // the other annotator
                Of("t", " p ", ["a", "b"], [0, 1], line: 3), // the other source, prompt and order written otherwise
                Of("t", "q", ["a", "b"], [0, 1], line: 4),
                Of("u", "q", ["a", "b", "c"], [1, 1, 0], line: 5), // a tie contradicts nobody
            ],
            CharacterRows.Of
        );
        Assert.Equal(
            [(1, 1, 1), (2, 0, 1), (2, 0, 0)],
            statistics.Sources.Select(source =>
                (source.JudgedPairs, source.ContradictedWithin, source.ContradictedByOthers)
            )
        );
        Assert.Equal(
            [("s", "s", 1, 1), ("s", "t", 1, 1)],
            statistics.Contradictions.Select(one => (one.First, one.Second, one.Shared, one.Opposed))
        );
        Assert.Equal(
            [(1, 2)],
            statistics.Contradictions[0].Examples.Select(example => (example.First.Line, example.Second.Line))
        );
        Assert.Equal(2, statistics.SharedPrompts);
    }

    [Fact]
    public void Labels_flipped_in_a_copy_are_all_found_and_nothing_else()
    {
        var raw = PreferenceFile.Read(Shared.Path("data", "harmless-base.jsonl.gz")).Comparisons;
        // The other form of the same pairs, every seventh label turned.
        var texts = PreferenceFile
            .Read(Shared.Path("data", "harmless.json"))
            .Comparisons.Select(
                (comparison, at) =>
                    at % 7 == 0 ? comparison with { Scores = [.. comparison.Scores.Reverse()] } : comparison
            )
            .ToArray();
        var statistics = DataStatistics.Of([.. raw, .. texts], CharacterRows.Of);
        var between = Assert.Single(statistics.Contradictions, one => one.First != one.Second);
        Assert.Equal((1850, (1850 + 6) / 7), (between.Shared, between.Opposed));
    }

    [Fact]
    public void Annotators_of_pandalm_contradict_each_other_where_they_do()
    {
        // Counted apart by a script over the file: 652 different pairs ordered, 55 of them both ways.
        var source = Only(
            DataStatistics.Of(
                PreferenceFile.Read(Shared.Path("data", "pandalm_testset.json")).Comparisons,
                CharacterRows.Of
            )
        );
        Assert.Equal((652, 55, 166), (source.JudgedPairs, source.ContradictedWithin, source.Prompts));
        Assert.Equal(3, source.Annotators);
    }

    [Fact]
    public void Two_objectives_conflict_where_the_published_labels_do()
    {
        // Record 4 of the sample prefers one answer and finds the other safer.
        var statistics = DataStatistics.Of(
            PreferenceFile
                .Read(Shared.Path("data", "samples", "pku-saferlhf", "data", "Alpaca-7B", "test.jsonl"))
                .Comparisons,
            CharacterRows.Of
        );
        var conflict = Assert.Single(statistics.Contradictions);
        Assert.Equal((8, 1, 4), (conflict.Shared, conflict.Opposed, conflict.Examples[0].First.Line));
    }
}
