using Concord.Training.Batches;
using Concord.Training.Loop;
using Concord.Training.Weightings;
using Xunit;

namespace Concord.Tests.Training;

/// <summary>What a run says before its first step, and how far within each it is.</summary>
public class StepProgressTests
{
    private sealed class Listener : ITrainingObserver
    {
        public List<double> Shares { get; } = [];

        public TrainingPlan? Plan { get; private set; }

        public List<int> SharesByStep { get; } = [];

        public void Planned(TrainingPlan plan)
        {
            Assert.Empty(SharesByStep);
            Plan = plan;
        }

        public void Computing(double share) => Shares.Add(share);

        public void Stepped(StepReport report) => SharesByStep.Add(Shares.Count);
    }

    public static TheoryData<string> Ways() => ["known", "second forward", "buffers", "micro-batch scope", "whole"];

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_step_says_how_far_it_is_however_its_gradient_is_computed(string way)
    {
        IWeighting weighting = way switch
        {
            "known" => new EqualWeighting(),
            "second forward" => new MoreWeighting { Accumulation = GradientAccumulation.SecondForward },
            "buffers" => new MoreWeighting { Accumulation = GradientAccumulation.GradientBuffers },
            "micro-batch scope" => new MoreWeighting { Scope = WeightingScope.MicroBatch },
            _ => new MoreWeighting(),
        };
        var settings = new TrainingSettings
        {
            Weighting = weighting,
            MaximumSteps = 2,
            Batches = new BatchSettings { PerSource = 6, MicroBatch = way == "whole" ? null : 4 },
        };
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Create();
        var listener = new Listener();
        var data = TinyModel.Data(20, 6);
        new TrainingRun(
            model,
            data,
            settings,
            new TrainingRunOptions
            {
                Output = folder.Path,
                Config = "a: 1\n",
                WriteModel = TinyModel.Write,
                Observer = listener,
            }
        ).Run(TestContext.Current.CancellationToken);
        double[] first = [.. listener.Shares.Take(listener.SharesByStep[0])];
        Assert.True(first.Length >= 2);
        Assert.Equal(first.Order(), first);
        Assert.True(first[0] > 0);
        Assert.Equal(1, first[^1], 9);
        Assert.Equal(2, listener.SharesByStep.Count);

        var plan = listener.Plan!;
        Assert.Equal((2, 18), (plan.Steps, plan.ComparisonsPerStep));
        Assert.All(plan.Sources, source => Assert.Equal((12, 6), ((int)source.Drawn, source.HeldOut)));
        Assert.Contains("fewer than 20 prompts", Assert.Single(plan.Warnings()), StringComparison.Ordinal);
        Assert.InRange(plan.Tokens, 36 * 5, 36 * 40);
        // the same without a model
        var again = TrainingPlan.Of(data, settings);
        Assert.Equal((plan.Steps, plan.Tokens), (again.Steps, again.Tokens));
        Assert.Equal(plan.Sources, again.Sources);
    }

    [Fact]
    public void What_is_set_aside_and_seen_often_is_counted()
    {
        var settings = new TrainingSettings
        {
            Epochs = 1,
            Temperatures = new() { Enabled = true },
            Batches = new BatchSettings { PerSource = 16, Resample = 1600 },
        };
        var plan = TrainingPlan.Of(TinyModel.Data(27, 0), settings);
        Assert.Equal(100, plan.Steps);
        foreach (var source in plan.Sources)
        {
            Assert.Equal(27, source.Comparisons + source.SetAside);
            Assert.Equal(1600, source.Drawn);
            Assert.Equal(1600.0 / source.Comparisons, source.TimesSeen);
        }
        string[] warnings = [.. plan.Warnings()];
        Assert.Contains(": 1,600 drawn from 2", warnings[0], StringComparison.Ordinal);
        Assert.Contains("nothing is held out", warnings[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_rehearsal_measures_a_step_and_leaves_nothing()
    {
        using var model = TinyModel.Create();
        var settings = new TrainingSettings
        {
            Weighting = new MoreWeighting(),
            MaximumSteps = 2,
            Batches = new BatchSettings { PerSource = 6, MicroBatch = 4 },
        };
        var found = TrainingRehearsal.Of(model, TinyModel.Data(20, 6), settings, TestContext.Current.CancellationToken);
        Assert.True(found is { SecondsPerStep: > 0, SecondsPerScoredToken: > 0, PeakBytes: > 0, Tokens: > 0 });
        Assert.Equal(model.Parameters.Sum(parameter => parameter.Value.numel()), found.TrainedParameters);
    }
}
