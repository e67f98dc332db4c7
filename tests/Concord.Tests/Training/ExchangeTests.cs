using Concord.Modeling;
using Concord.Training.Batches;
using Concord.Training.Exchange;
using Concord.Training.Losses;
using Concord.Training.Objectives;
using Concord.Training.Optimizers;
using Concord.Training.Temperatures;
using Concord.Training.Weightings;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Training;

/// <summary>Two processes, each with half of every batch, take the steps of one that has all of it.</summary>
[Collection("training")]
public class ExchangeTests : OneThread
{
    private const int Steps = 3;

    private sealed record Taken(
        double[][] Weights,
        double[][] Losses,
        double[] Totals,
        float[] Parameters,
        double[] Tau
    );

    private static Taken Train(
        Func<IWeighting> weighting,
        RankingLossSettings loss,
        TrainingBatch[] batches,
        BatchSettings cut,
        IGradientExchange exchange
    )
    {
        using var scope = torch.NewDisposeScope();
        using var model = TinyModel.Create();
        model.SetTrained(TrainedParts.Full);
        using var parameters = new FlatParameters(model, new OptimizerSettings(), .1, .1);
        using var optimizer = new Sgd(parameters);
        var scheme = weighting();
        scheme.Start(new WeightingContext(["source0", "source1", "source2"], model.Config.HiddenSize, 1));
        var learned = new SourceTemperatureSettings { Enabled = true };
        var temperatures = new SourceTemperatures(3, learned);
        using var objective = new RankingObjective(model, parameters, loss, cut, scheme, temperatures)
        {
            Exchange = exchange,
            Learner = new TemperatureLearner(temperatures, loss, [], [], 4, [40, 40, 40], 1) { Exchange = exchange },
        };
        var outcomes = new List<StepOutcome>();
        foreach (var batch in batches)
        {
            outcomes.Add(objective.Step(batch, CancellationToken.None));
            optimizer.Step(batch.Step + 1, 1, 1);
        }
        return new(
            [.. outcomes.Select(outcome => outcome.Weights)],
            [.. outcomes.Select(outcome => outcome.Losses)],
            [.. outcomes.Select(outcome => outcome.Loss)],
            parameters.Weights.data<float>().ToArray(),
            temperatures.Values.ToArray()
        );
    }

    // uneven halves: the first process has no comparison of the last source, and pairs are not as many in both
    private static TrainingBatch[][] Halves(TrainingBatch[] batches) =>
        [
            .. new Func<int, int, bool>[]
            {
                (item, source) => source < 2 && item % 3 > 0,
                (item, source) => source == 2 || item % 3 == 0,
            }.Select(mine => batches.Select(batch => Part(batch, mine)).ToArray()),
        ];

    private static TrainingBatch Part(TrainingBatch batch, Func<int, int, bool> mine)
    {
        int[] items =
        [
            .. Enumerable.Range(0, batch.Comparisons.Count).Where(item => mine(item / 3, batch.Sources[item])),
        ];
        return batch with
        {
            Comparisons = [.. items.Select(item => batch.Comparisons[item])],
            Sources = [.. items.Select(item => batch.Sources[item])],
            Fresh = [.. items.Select(item => batch.Fresh[item])],
        };
    }

    public static TheoryData<string, TotalForm, PairAveraging, int?> Ways =>
        new()
        {
            { "second forward", TotalForm.Mean, PairAveraging.PerPair, 5 },
            { "second forward", TotalForm.Pooled, PairAveraging.PerComparison, null },
            { "gradient buffers", TotalForm.Pooled, PairAveraging.PerPair, 5 },
            { "equal", TotalForm.Pooled, PairAveraging.PerPair, 4 },
            { "all trained gradients", TotalForm.Mean, PairAveraging.PerPair, 5 },
        };

    private static Func<IWeighting> Scheme(string way) =>
        way switch
        {
            "equal" => () => new EqualWeighting(),
            "all trained gradients" => () => new ConflictFree(GradientSpace.Trained),
            "second forward" => () =>
                new MoreWeighting { Alpha = .7, Accumulation = GradientAccumulation.SecondForward },
            _ => () => new MoreWeighting { Alpha = .7, Accumulation = GradientAccumulation.GradientBuffers },
        };

    [Theory]
    [MemberData(nameof(Ways))]
    public void Two_processes_take_the_steps_of_one(string way, TotalForm total, PairAveraging averaging, int? micro)
    {
        var data = TinyModel.Data(8 * Steps, 0);
        var loss = new RankingLossSettings
        {
            Total = total,
            Averaging = averaging,
            Centering = .01,
        };
        TrainingBatch[] batches =
        [
            .. Enumerable
                .Range(0, Steps)
                .Select(step => new TrainingBatch(
                    step,
                    [.. data.Training.Skip(24 * step).Take(24)],
                    [.. data.TrainingSources.Skip(24 * step).Take(24)],
                    [.. Enumerable.Repeat(true, 24)]
                )),
        ];
        var cut = new BatchSettings { MicroBatch = micro };
        var one = Train(Scheme(way), loss, batches, cut, new SingleProcess());
        var halves = Halves(batches);
        using var joint = new Joint(2);
        var found = new Taken[2];
        var failed = new Exception?[2];
        Thread[] threads =
        [
            .. Enumerable
                .Range(0, 2)
                .Select(process => new Thread(() =>
                {
                    try
                    {
                        found[process] = Train(Scheme(way), loss, halves[process], cut, joint.Process());
                    }
                    catch (Exception error)
                    {
                        failed[process] = error;
                    }
                })),
        ];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Assert.All(failed, Assert.Null);
        foreach (var process in found)
        {
            for (var step = 0; step < Steps; step++)
            {
                Close(one.Weights[step], process.Weights[step]);
                Close(one.Losses[step], process.Losses[step]);
            }
            Close(one.Totals, process.Totals);
            Close(one.Tau, process.Tau);
            var largest = one.Parameters.Max(MathF.Abs);
            Assert.True(
                one.Parameters.Zip(process.Parameters, (a, b) => Math.Abs(a - b)).Max() < 1e-6 * largest,
                "weights differ"
            );
        }
        Assert.Equal(found[0].Parameters, found[1].Parameters);
        Assert.Equal(found[0].Weights.SelectMany(row => row), found[1].Weights.SelectMany(row => row));
    }

    private static void Close(double[] expected, double[] actual)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-6 * Math.Max(1, Math.Abs(expected[i])));
    }

    /// <summary>Processes that are threads: each waits for the others and takes the sum in the same order.</summary>
    private sealed class Joint(int processes) : IDisposable
    {
        private readonly Barrier barrier = new(processes);
        private readonly double[]?[] numbers = new double[]?[processes];
        private readonly torch.Tensor?[] tensors = new torch.Tensor?[processes];
        private int joined;

        public IGradientExchange Process() => new Member(this, Interlocked.Increment(ref joined) - 1);

        private sealed class Member(Joint joint, int number) : IGradientExchange
        {
            public void Sum(Span<double> values)
            {
                joint.numbers[number] = values.ToArray();
                joint.Wait();
                for (var i = 0; i < values.Length; i++)
                    values[i] = joint.numbers.Sum(of => of![i]);
                joint.Wait();
            }

            public void Sum(torch.Tensor gradients)
            {
                using var mode = torch.no_grad();
                joint.tensors[number] = gradients.clone();
                joint.Wait();
                gradients.zero_();
                foreach (var of in joint.tensors)
                    gradients.add_(of!);
                joint.Wait();
                joint.tensors[number]!.Dispose();
            }
        }

        public void Dispose() => barrier.Dispose();

        private void Wait()
        {
            if (!barrier.SignalAndWait(TimeSpan.FromSeconds(60)))
                throw new TimeoutException("The other process did not come.");
        }
    }
}
