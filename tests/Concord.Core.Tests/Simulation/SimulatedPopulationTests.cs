using System.Text.Json;
using System.Text.RegularExpressions;
using Concord.Preferences.Simulation;
using Xunit;

namespace Concord.Tests.Simulation;

public class SimulatedPopulationTests
{
    private static readonly SimulationSettings Small = new()
    {
        Sources = [.. SimulationSettings.DefaultSources.Select(source => source with { Size = 400 })],
        HeldOut = 100,
    };

    [Fact]
    public void Equal_settings_give_equal_comparisons_and_another_seed_gives_others()
    {
        Assert.Equal(Lines(Small), Lines(Small));
        Assert.Empty(Lines(Small).Intersect(Lines(Small with { Seed = 2 })));
    }

    [Fact]
    public void A_larger_source_changes_nothing_in_what_was_drawn_before()
    {
        var larger = Small with { Sources = [Small.Sources[0] with { Size = 600 }, .. Small.Sources.Skip(1)] };
        string[] before = Lines(Small),
            after = Lines(larger);
        Assert.Equal(before[..400], after[..400]);
        Assert.Equal(before[400..], after[600..]);
    }

    [Fact]
    public void Labels_come_with_the_probability_that_is_stated()
    {
        SimulatedSource[] sources =
        [
            .. SimulationSettings.DefaultSources.Select(source => source with { Size = 20_000 }),
        ];
        var population = SimulatedPopulation.Create(new SimulationSettings { Sources = sources });
        foreach (var source in population.SourceNames)
        {
            var drawn = population
                .Training(source)
                .Select(one => (one.Probability, Label: one.Comparison.Scores[0] > one.Comparison.Scores[1] ? 1.0 : 0))
                .ToArray();
            foreach (var bin in drawn.GroupBy(one => (int)(one.Probability * 10)).Where(bin => bin.Count() >= 200))
            {
                var error = Math.Sqrt(bin.Sum(one => one.Probability * (1 - one.Probability))) / bin.Count();
                Assert.InRange(
                    bin.Average(one => one.Label) - bin.Average(one => one.Probability),
                    -4.5 * error,
                    4.5 * error
                );
            }
            Assert.InRange(drawn.Average(one => one.Probability), .48, .52);
        }
    }

    [Fact]
    public void Every_attribute_is_visible_in_the_text()
    {
        // Counted here in another way than the library does: by words and lines.
        var population = SimulatedPopulation.Create(Small);
        var seen = new HashSet<(string, int)>();
        foreach (
            var text in population
                .SourceNames.SelectMany(population.Training)
                .SelectMany(one => one.Comparison.Responses)
                .Select(response => response.Text)
        )
        {
            var words = text.Split([' ', '\n', '.', '!', '-'], StringSplitOptions.RemoveEmptyEntries);
            var expected = new Dictionary<string, int>
            {
                ["numbers"] = words.Count(word => char.IsDigit(word[0])),
                ["list items"] = text.Split('\n').Count(line => line.StartsWith("- ", StringComparison.Ordinal)),
                ["politeness"] = words.Count(SimulatedVocabulary.Polite.Contains),
                ["words"] = words.Count(word => !char.IsDigit(word[0])),
                ["exclamations"] = text.Count(mark => mark == '!'),
                ["emphasis"] = words.Count(SimulatedVocabulary.Emphasis.Contains),
                ["hedges"] = words.Count(SimulatedVocabulary.Hedges.Contains),
            };
            foreach (var attribute in ResponseAttribute.All)
            {
                Assert.Equal(expected[attribute.Name], attribute.Count(text));
                seen.Add((attribute.Name, attribute.Count(text)));
            }
        }
        foreach (var attribute in ResponseAttribute.All)
            Assert.True(seen.Count(one => one.Item1 == attribute.Name) >= 3, attribute.Name);
    }

    [Fact]
    public void Stated_means_and_deviations_of_attributes_are_about_those_of_the_texts()
    {
        var values = SimulatedPopulation
            .Create(Small)
            .Training("crowd")
            .SelectMany(one => one.Comparison.Responses)
            .Select(response => ResponseAttribute.Measure(response.Text))
            .ToArray();
        for (var a = 0; a < ResponseAttribute.All.Count; a++)
        {
            var mean = values.Average(one => one[a]);
            Assert.InRange(mean, -.2, .2);
            Assert.InRange(Math.Sqrt(values.Average(one => (one[a] - mean) * (one[a] - mean))), .85, 1.15);
        }
    }

    [Fact]
    public void The_probability_of_a_pair_can_be_computed_from_its_texts()
    {
        var population = SimulatedPopulation.Create(Small);
        foreach (var one in population.HeldOut("critics"))
            Assert.Equal(
                one.Probability,
                population.Probability("critics", one.Comparison.Responses[0].Text, one.Comparison.Responses[1].Text),
                12
            );
    }

    [Fact]
    public void Tastes_have_the_drift_and_noise_that_were_asked_for()
    {
        var population = SimulatedPopulation.Create(SimulationSettingsOf(5));
        foreach (var source in population.Settings.Sources)
        {
            var weights = population.Weights(source.Name);
            Assert.Equal(1 / source.Noise, Math.Sqrt(weights.Sum(weight => weight * weight)), 12);
            var along = weights.Zip(population.SharedWeights, (a, b) => a * b).Sum() * source.Noise;
            Assert.Equal(1 / Math.Sqrt(1 + source.Drift * source.Drift), along, 12);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(12)]
    public void Drifts_go_apart_and_their_shared_part_is_nothing(int count)
    {
        var population = SimulatedPopulation.Create(SimulationSettingsOf(count) with { Seed = 7 });
        var shared = population.SharedWeights.ToArray();
        var directions = DriftDirections.Draw(shared, count, new SimulationRandom(7, "directions"));
        Assert.All(directions, direction => Assert.Equal(1, Math.Sqrt(direction.Sum(value => value * value)), 10));
        Assert.All(directions, direction => Assert.Equal(0, direction.Zip(shared, (a, b) => a * b).Sum(), 10));
        if (count is 1 or > 7)
            return;
        for (var a = 0; a < shared.Length; a++)
            Assert.Equal(0, directions.Sum(direction => direction[a]), 10);
        Assert.Equal(-1.0 / (count - 1), directions[0].Zip(directions[1], (a, b) => a * b).Sum(), 10);
    }

    [Fact]
    public void Held_out_prompts_are_never_trained_on_in_any_source()
    {
        var population = SimulatedPopulation.Create(Small);
        var trained = population
            .SourceNames.SelectMany(population.Training)
            .Select(one => one.Comparison.PromptId)
            .ToHashSet();
        var heldOut = population
            .SourceNames.SelectMany(population.HeldOut)
            .Select(one => one.Comparison.PromptId)
            .ToHashSet();
        Assert.Empty(trained.Intersect(heldOut));
        Assert.True(trained.Count > 500 && heldOut.Count > 100);
    }

    [Fact]
    public void Default_sources_differ_in_size_noise_and_drift_and_some_contradict_each_other()
    {
        var sources = SimulationSettings.DefaultSources;
        Assert.Equal(sources.Count, sources.Select(source => source.Size).Distinct().Count());
        Assert.Equal(sources.Count, sources.Select(source => source.Noise).Distinct().Count());
        Assert.Equal(sources.Count, sources.Select(source => source.Drift).Distinct().Count());
        var population = SimulatedPopulation.Create(new SimulationSettings());
        Assert.Contains(
            population.SourceNames,
            a =>
                population.SourceNames.Any(b =>
                    population.Weights(a).Zip(population.Weights(b), (x, y) => x * y).Sum() < 0
                )
        );
    }

    [Fact]
    public void Settings_out_of_range_are_sentences()
    {
        var source = new SimulatedSource { Name = "a" };
        Assert.Contains("at least one source", Refused(new SimulationSettings { Sources = [] }));
        Assert.Contains("'a'", Refused(new SimulationSettings { Sources = [source, source] }));
        Assert.Contains(
            "simulation.sources.a.noise is 0",
            Refused(new SimulationSettings { Sources = [source with { Noise = 0 }] })
        );
        Assert.Contains(
            "a.noise is NaN",
            Refused(new SimulationSettings { Sources = [source with { Noise = double.NaN }] })
        );
        Assert.Contains("a.drift is -1", Refused(new SimulationSettings { Sources = [source with { Drift = -1 }] }));
        Assert.Contains("a.size is 0", Refused(new SimulationSettings { Sources = [source with { Size = 0 }] }));
        Assert.Contains(
            "a file can have",
            Refused(new SimulationSettings { Sources = [source with { Name = "../x" }] })
        );
        static string Refused(SimulationSettings settings) =>
            Assert.Throws<ConcordException>(() => SimulatedPopulation.Create(settings)).Message;
    }

    [Fact]
    public void Files_hold_the_comparisons_with_the_preferred_response_as_chosen()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var population = SimulatedPopulation.Create(Small);
            SimulatedFiles.Write(population, folder.FullName);
            var lines = File.ReadAllLines(Path.Combine(folder.FullName, "train", "critics.jsonl"));
            Assert.Equal(400, lines.Length);
            foreach (var (line, simulated) in lines.Zip(population.Training("critics")))
            {
                using var json = JsonDocument.Parse(line);
                var chosen = json.RootElement.GetProperty("chosen")[0].GetProperty("content").GetString()!;
                var rejected = json.RootElement.GetProperty("rejected")[0].GetProperty("content").GetString()!;
                Assert.Equal(simulated.Comparison.Responses[simulated.Comparison.Scores[0] > 0 ? 0 : 1].Text, chosen);
                Assert.Equal(
                    population.Probability("critics", chosen, rejected),
                    json.RootElement.GetProperty("true_probability").GetDouble(),
                    12
                );
            }
            Assert.Equal(100, File.ReadAllLines(Path.Combine(folder.FullName, "held_out", "editors.jsonl")).Length);
            Assert.Matches(
                new Regex("\"seed\": 1"),
                File.ReadAllText(Path.Combine(folder.FullName, "population.json"))
            );
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static SimulationSettings SimulationSettingsOf(int count) =>
        new()
        {
            Sources =
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(i => new SimulatedSource
                    {
                        Name = $"source{i}",
                        Size = 10,
                        Drift = i * .5,
                        Noise = .3 + i * .2,
                    }),
            ],
        };

    private static string[] Lines(SimulationSettings settings)
    {
        var population = SimulatedPopulation.Create(settings);
        return [.. population.SourceNames.SelectMany(population.Training).Select(SimulatedFiles.Line)];
    }
}
