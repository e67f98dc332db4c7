using Concord.Tokenization.Comparisons;
using Concord.Training.Batches;
using Xunit;

namespace Concord.Tests.Training;

public class BatchTests
{
    private static readonly string[] Names = ["a", "b", "c"];

    // 10 of a, 25 of b, 7 of c
    private static readonly int[] Sources =
    [
        .. Enumerable.Repeat(0, 10),
        .. Enumerable.Repeat(1, 25),
        .. Enumerable.Repeat(2, 7),
    ];

    private static BatchPlan Plan(BatchSettings settings, string[] names, int[] sources, int seed) =>
        new(settings, names, [.. Enumerable.Repeat(TinyModel.Data(1, 0).Training[0], sources.Length)], sources, seed);

    private static int[][] Batches(BatchPlan plan, int steps) =>
        [.. Enumerable.Range(0, steps).Select(step => plan.Items(step).Items)];

    [Fact]
    public void A_balanced_batch_has_so_many_of_each_source_and_every_pass_each_comparison_once()
    {
        var plan = Plan(new BatchSettings { PerSource = 5 }, Names, Sources, 1);
        Assert.Equal(5, plan.StepsPerEpoch);
        Assert.Equal(13, plan.StepsFor(2.5));
        var batches = Batches(plan, 10);
        Assert.All(
            batches,
            batch =>
                Assert.Equal(
                    [5, 5, 5],
                    Enumerable.Range(0, 3).Select(source => batch.Count(item => Sources[item] == source))
                )
        );
        foreach (var (source, passes) in new[] { (0, 5), (1, 2), (2, 7) })
        {
            var stream = batches.SelectMany(batch => batch).Where(item => Sources[item] == source).ToArray();
            var length = Sources.Count(of => of == source);
            for (var pass = 0; pass < passes; pass++)
                Assert.Equal(length, stream.Skip(pass * length).Take(length).Distinct().Count());
            Assert.NotEqual(stream[..length], stream[length..(2 * length)]);
        }
    }

    [Fact]
    public void The_order_is_a_pure_function_of_seed_and_step()
    {
        foreach (var composition in Enum.GetValues<BatchComposition>())
        {
            var settings = new BatchSettings
            {
                Composition = composition,
                PerSource = 4,
                Resample = 12,
            };
            var plan = Plan(settings, Names, Sources, 7);
            var forward = Batches(plan, 20);
            var other = Plan(settings, Names, Sources, 7);
            for (var step = 19; step >= 0; step--)
                Assert.Equal(forward[step], other.Items(step).Items);
            Assert.NotEqual(forward, Batches(Plan(settings, Names, Sources, 8), 20));
        }
    }

    [Fact]
    public void Resampling_takes_n_of_each_and_limits_and_shares_hold()
    {
        var plan = Plan(new BatchSettings { PerSource = 4, Resample = 16 }, Names, Sources, 3);
        Assert.Equal(4, plan.StepsPerEpoch);
        var epoch = Batches(plan, 4).SelectMany(batch => batch).ToArray();
        Assert.Equal(10, epoch.Where(item => Sources[item] == 0).Distinct().Count()); // all and repeats
        Assert.Equal(16, epoch.Where(item => Sources[item] == 1).Distinct().Count()); // chosen
        var limited = Plan(
            new BatchSettings
            {
                PerSource = 4,
                Limits = new Dictionary<string, int> { ["b"] = 6 },
                Shares = new Dictionary<string, double> { ["a"] = .5, ["c"] = 2 },
            },
            Names,
            Sources,
            3
        );
        var batches = Batches(limited, 40);
        Assert.Equal(6, batches.SelectMany(batch => batch).Where(item => Sources[item] == 1).Distinct().Count());
        Assert.All(
            batches,
            batch =>
                Assert.Equal(
                    [2, 4, 8],
                    Enumerable.Range(0, 3).Select(source => batch.Count(item => Sources[item] == source))
                )
        );
    }

    [Fact]
    public void Only_what_no_step_has_taken_before_is_fresh()
    {
        foreach (
            var settings in new[]
            {
                new BatchSettings { PerSource = 4 },
                new BatchSettings { PerSource = 4, Resample = 16 },
                new BatchSettings
                {
                    PerSource = 4,
                    Composition = BatchComposition.Shuffled,
                    Resample = 16,
                },
            }
        )
        {
            var plan = Plan(settings, Names, Sources, 5);
            var taken = new HashSet<int>();
            var fresh = 0;
            for (var step = 0; step < 20; step++)
            {
                var (items, isFresh) = plan.Items(step);
                for (var i = 0; i < items.Length; i++)
                {
                    if (isFresh[i])
                        Assert.DoesNotContain(items[i], taken);
                    fresh += isFresh[i] ? 1 : 0;
                }
                taken.UnionWith(items);
            }
            Assert.True(fresh > 15);
            Assert.True(plan.Repeats(20));
        }
        Assert.False(Plan(new BatchSettings { PerSource = 5 }, ["a"], Sources[..10], 5).Repeats(2));
    }

    [Fact]
    public void A_shuffled_stream_has_every_comparison_once_a_pass_and_batches_of_what_comes()
    {
        var plan = Plan(
            new BatchSettings { Composition = BatchComposition.Shuffled, PerSource = 2 },
            Names,
            Sources,
            1
        );
        Assert.Equal(7, plan.StepsPerEpoch);
        var batches = Batches(plan, 7);
        Assert.Equal(Enumerable.Range(0, 42), batches.SelectMany(batch => batch).Order());
        Assert.Contains(batches, batch => batch.Select(item => Sources[item]).Distinct().Count() < 3);
    }

    [Fact]
    public void Micro_batches_keep_every_sources_share_and_a_token_budget()
    {
        var data = TinyModel.Data(12, 0);
        int[] sources = [.. data.Training.Select(data.SourceOf)];
        var even = MicroBatches.Split(data.Training, sources, new BatchSettings { MicroBatch = 9 });
        Assert.Equal(4, even.Length);
        Assert.All(
            even,
            part =>
                Assert.Equal(
                    [3, 3, 3],
                    Enumerable.Range(0, 3).Select(source => part.Count(index => sources[index] == source))
                )
        );
        Assert.Equal(Enumerable.Range(0, 36), even.SelectMany(part => part).Order());
        foreach (var budget in new[] { 1, 50, 80, 200, 10000 })
        {
            var parts = MicroBatches.Split(data.Training, sources, new BatchSettings { TokenBudget = budget });
            Assert.Equal(Enumerable.Range(0, 36), parts.SelectMany(part => part).Order());
            Assert.All(
                parts,
                part => Assert.True(part.Length == 1 || part.Sum(index => data.Training[index].PackedLength) <= budget)
            );
            foreach (var source in Enumerable.Range(0, 3))
            {
                var counts = parts.Select(part => part.Count(index => sources[index] == source)).ToArray();
                Assert.True(counts.Max() - counts.Min() <= 1, $"budget {budget}");
            }
        }
    }

    [Fact]
    public void Budgets_bound_what_is_computed_at_once_whatever_the_lengths_and_change_nothing_else()
    {
        var (random, one) = (new Random(3), TinyModel.Data(1, 0).Training[0]);
        for (var round = 0; round < 300; round++)
        {
            var count = random.Next(1, 60);
            var sources = Enumerable.Range(0, count).Select(_ => random.Next(4)).ToArray();
            // lengths as they are: most short, some very long
            int Length() => random.Next(8) == 0 ? random.Next(200, 2000) : random.Next(2, 120);
            TokenizedComparison[] batch =
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(_ =>
                        one with
                        {
                            Prefix = new int[Length()],
                            Suffixes =
                            [
                                [1],
                                [2],
                            ],
                        }
                    ),
            ];
            var settings = new BatchSettings
            {
                TokenBudget = random.Next(4, 1500),
                MicroBatch = random.Next(2) == 0 ? null : random.Next(1, 20),
            };
            var parts = MicroBatches.Split(batch, sources, settings);
            Assert.Equal(Enumerable.Range(0, count), parts.SelectMany(part => part).Order());
            var fitting = parts
                .Where(part => part.Sum(index => batch[index].PackedLength) <= settings.TokenBudget)
                .ToArray();
            Assert.All(parts.Except(fitting), part => Assert.Single(part));
            Assert.All(
                fitting,
                part => Assert.True(part.Length <= (settings.MicroBatch ?? count) + 3, "one more of each source")
            );
            // a text that is too long takes nothing from the others
            int[] others =
            [
                .. Enumerable.Range(0, count).Where(index => batch[index].PackedLength <= settings.TokenBudget),
            ];
            Assert.Equal(others.Length == 0, fitting.Length == 0);
            if (others.Length == 0)
                continue;
            var without = MicroBatches.Split(
                [.. others.Select(index => batch[index])],
                [.. others.Select(index => sources[index])],
                settings with
                {
                    MicroBatch = null,
                }
            );
            if (settings.MicroBatch is null)
                Assert.Equal(without.Select(part => part.Select(index => others[index])), fitting);
            foreach (var source in Enumerable.Range(0, 4))
            {
                var shares = fitting.Select(part => part.Count(index => sources[index] == source)).ToArray();
                Assert.InRange(shares.Max() - shares.Min(), 0, 1);
            }
            Assert.Equal(parts, MicroBatches.Split(batch, sources, settings));
            var apart = MicroBatches.SplitBySource(batch, sources, settings);
            Assert.Equal(Enumerable.Range(0, count), apart.SelectMany(part => part).Order());
            Assert.All(
                apart,
                part =>
                    Assert.True(
                        part.Length == 1 || part.Sum(index => batch[index].PackedLength) <= settings.TokenBudget
                    )
            );
            Assert.All(apart, part => Assert.Single(part.Select(index => sources[index]).Distinct()));
            Assert.Equal(apart.Select(part => sources[part[0]]).Order(), apart.Select(part => sources[part[0]]));
        }
    }

    [Fact]
    public void Names_and_numbers_without_meaning_are_refused()
    {
        foreach (
            var settings in new[]
            {
                new BatchSettings { PerSource = 0 },
                new BatchSettings { MicroBatch = 0 },
                new BatchSettings { TokenBudget = 0 },
                new BatchSettings { TokenBudget = 65537 },
                new BatchSettings
                {
                    PerSource = 1000,
                    Shares = new Dictionary<string, double> { ["a"] = 1e300 },
                },
                new BatchSettings { Resample = 0 },
                new BatchSettings { Limits = new Dictionary<string, int> { ["d"] = 1 } },
                new BatchSettings { Shares = new Dictionary<string, double> { ["a"] = 0 } },
            }
        )
            Assert.Throws<ConcordException>(() => Plan(settings, Names, Sources, 1));
        Assert.Contains(
            "`d`",
            Assert.Throws<ConcordException>(() => Plan(new BatchSettings(), [.. Names, "d"], Sources, 1)).Message,
            StringComparison.Ordinal
        );
    }
}
