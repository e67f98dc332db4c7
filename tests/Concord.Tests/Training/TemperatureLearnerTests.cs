using Concord.Modeling.Operations;
using Concord.Modeling.Packing;
using Concord.Modeling.Rewards;
using Concord.Tokenization.Comparisons;
using Concord.Training.Batches;
using Concord.Training.Losses;
using Concord.Training.Temperatures;
using Xunit;

namespace Concord.Tests.Training;

[Collection("training")]
public class TemperatureLearnerTests : OneThread
{
    private static readonly SourceTemperatureSettings On = new() { Enabled = true };

    private static double[] StepOn(bool[] fresh, TokenizedComparison[] setAside, int step)
    {
        using var model = TinyModel.Create();
        var data = TinyModel.Data(4, 0);
        using var batch = PackedBatch.Create(data.Training);
        using var output = model.Forward(batch);
        var rewards = data
            .Training.Select(
                (comparison, c) => output.Rewards.AsSpan(batch.RowOffsets[c], comparison.Suffixes.Length).ToArray()
            )
            .ToArray();
        var temperatures = new SourceTemperatures(3, On);
        var learner = new TemperatureLearner(
            temperatures,
            new RankingLossSettings(),
            setAside,
            [.. setAside.Select(data.SourceOf)],
            8,
            [4, 4, 4],
            1
        );
        learner.Step(model, new TrainingBatch(step, data.Training, data.TrainingSources, fresh), rewards);
        return temperatures.Logs.ToArray();
    }

    [Fact]
    public void Pairs_a_step_has_taken_before_teach_nothing()
    {
        Assert.Equal([0.0, 0, 0], StepOn(new bool[12], [], 0));
        Assert.NotEqual([0.0, 0, 0], StepOn([.. Enumerable.Repeat(true, 12)], [], 0));
        // only source 1 is fresh: the others move by the mean alone, so together
        var logs = StepOn([.. Enumerable.Range(0, 12).Select(c => c % 3 == 1)], [], 0);
        Assert.Equal(logs[0], logs[2]);
        Assert.NotEqual(logs[0], logs[1]);
    }

    [Fact]
    public void Sources_without_fresh_pairs_learn_from_what_is_set_aside_now_and_then()
    {
        TokenizedComparison[] aside =
        [
            .. TinyModel.Data(6, 0, seed: 2).Training.Where(comparison => comparison.Comparison.Source == "source2"),
        ];
        var logs = StepOn(new bool[12], aside, TemperatureLearner.SetAsideEvery);
        Assert.Equal(logs[0], logs[1]);
        Assert.NotEqual(logs[0], logs[2]);
        Assert.Equal([0.0, 0, 0], StepOn(new bool[12], aside, TemperatureLearner.SetAsideEvery + 1));
    }

    [Fact]
    public void However_many_are_set_aside_they_take_no_more_memory_than_scoring_does()
    {
        var data = TinyModel.Data(1000, 0, seed: 2);
        Assert.True(data.Training.Sum(comparison => comparison.PackedLength) > 4 * RewardScorer.DefaultTokensPerBatch);
        using FusedOperations scoring = new(),
            learning = new();
        using RewardModel scorer = TinyModel.Create(operations: scoring),
            learned = TinyModel.Create(operations: learning);
        Assert.Equal(3000, new RewardScorer(scorer).Score(data.Training).Count());
        var learner = new TemperatureLearner(
            new SourceTemperatures(3, On),
            new RankingLossSettings(),
            data.Training,
            [.. data.Training.Select(data.SourceOf)],
            1000,
            [1000, 1000, 1000],
            1
        );
        learner.Step(learned, new TrainingBatch(0, [], [], []), []);
        Assert.InRange(learning.Bytes, 1, scoring.Bytes * 11 / 10);
    }
}
