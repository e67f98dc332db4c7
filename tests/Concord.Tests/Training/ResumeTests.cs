using Concord.Kernels;
using Concord.Modeling;
using Concord.Modeling.Adapters;
using Concord.Training.Batches;
using Concord.Training.Loop;
using Concord.Training.State;
using Concord.Training.Temperatures;
using Concord.Training.Weightings;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Training;

/// <summary>Stopped and gone on with, a run ends with the same bits, in every way of computing a step.</summary>
[Collection("training")]
public class ResumeTests : OneThread
{
    private static MoreWeighting Weighting(
        GradientAccumulation way = GradientAccumulation.SecondForward,
        WeightingScope scope = WeightingScope.Batch
    ) =>
        new()
        {
            Alpha = .7,
            Accumulation = way,
            Scope = scope,
        };

    private static readonly TrainingSettings More = new()
    {
        LearningRate = 2e-3,
        HeadLearningRate = 5e-3,
        Epochs = 2,
        MaximumSteps = 7,
        Batches = new BatchSettings { PerSource = 4, MicroBatch = 5 },
        Weighting = Weighting(),
        Temperatures = new SourceTemperatureSettings { Enabled = true },
        EvaluateEvery = 4,
    };

    public static TheoryData<string> Ways =>
        [
            "second forward",
            "gradient buffers",
            "token budget",
            "micro-batch scope",
            "one micro-batch",
            "checkpointing",
            "lora",
            "last layer",
            "head",
            "bf16",
            "bf16 weights",
        ];

    private static TrainingSettings Of(string way) =>
        way switch
        {
            "gradient buffers" => More with { Weighting = Weighting(GradientAccumulation.GradientBuffers) },
            "token budget" => More with
            {
                Batches = new BatchSettings { PerSource = 4, TokenBudget = 50 },
                Weighting = Weighting(GradientAccumulation.GradientBuffers),
            },
            "micro-batch scope" => More with { Weighting = Weighting(scope: WeightingScope.MicroBatch) },
            "one micro-batch" => More with { Batches = new BatchSettings { PerSource = 4 } },
            "checkpointing" => More with { ActivationCheckpointing = true },
            "lora" => More with
            {
                Mode = TrainedParts.Adapters,
                Lora = new LoraSettings { Rank = 2 },
            },
            "last layer" or "bf16 last layer" => More with { Mode = TrainedParts.LastLayers, LastLayers = 1 },
            "head" => More with { Mode = TrainedParts.Head },
            _ => More,
        };

    private static TrainingResult Train(
        string way,
        string folder,
        string? states = null,
        int? stopAfter = null,
        IWeighting? weighting = null,
        CancellationTokenSource? cancelled = null
    )
    {
        using var model = TinyModel.Create(
            type: way == "bf16 weights" ? torch.bfloat16 : null,
            precision: way is "bf16" or "bf16 last layer" ? ProductPrecision.Bf16 : ProductPrecision.Single
        );
        using var source = new CancellationTokenSource();
        var options = new TrainingRunOptions
        {
            Output = folder,
            Config = "",
            WriteModel = TinyModel.Write,
            FrozenStates = states,
            Observer = stopAfter is { } step ? new Stopper(source, step) : null,
        };
        var settings = Of(way);
        settings = settings with { Weighting = weighting ?? settings.Weighting };
        return new TrainingRun(model, TinyModel.Data(14, 4), settings, options).Run((cancelled ?? source).Token);
    }

    private static void Same(string expected, string actual)
    {
        foreach (
            var file in (string[])
                [
                    "model/model.safetensors",
                    "scores.jsonl",
                    "evaluation.json",
                    "checkpoints/step-00000007/state.safetensors",
                    "checkpoints/step-00000007/progress.json",
                ]
        )
            Assert.True(
                File.ReadAllBytes(Path.Combine(expected, file))
                    .AsSpan()
                    .SequenceEqual(File.ReadAllBytes(Path.Combine(actual, file))),
                file
            );
        string[] Lines(string folder) =>
            [.. File.ReadLines(Path.Combine(folder, "metrics.jsonl")).Select(line => line.Split(",\"seconds\"")[0])];
        Assert.Equal(Lines(expected), Lines(actual));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_run_that_goes_on_ends_with_the_same_bits(string way)
    {
        Assert.SkipWhen(way == "bf16" && !MatrixProduct.HasBf16, "no bf16 instructions here");
        using var folders = new TemporaryFolder();
        var whole = folders.File("whole");
        Assert.Equal(TrainingOutcome.Finished, Train(way, whole).Outcome);
        var parts = folders.File("parts");
        Assert.Equal(
            (TrainingOutcome.Interrupted, 3),
            Train(way, parts, stopAfter: 3) is var part ? (part.Outcome, part.Step) : default
        );
        Assert.Equal(
            (TrainingOutcome.Finished, 3),
            Train(way, parts) is var rest ? (rest.Outcome, rest.ResumedFrom) : default
        );
        Same(whole, parts);
    }

    [Theory]
    [InlineData("last layer")]
    [InlineData("head")]
    public void Kept_hidden_states_change_no_bit_and_may_be_deleted_or_damaged_in_between(string way)
    {
        using var folders = new TemporaryFolder();
        string whole = folders.File("whole"),
            kept = folders.File("kept"),
            again = folders.File("again"),
            parts = folders.File("parts"),
            states = folders.File("states");
        Train(way, whole);
        Train(way, kept, states);
        Same(whole, kept);
        Train(way, again, states);
        Same(whole, again);
        Train(way, parts, states, stopAfter: 2);
        Directory.Delete(states, recursive: true);
        Train(way, parts, states, stopAfter: 5);
        var file = Assert.Single(Directory.GetFiles(states));
        var bytes = File.ReadAllBytes(file);
        for (var at = 3; at < bytes.Length; at += 501)
            bytes[at] ^= 16; // headers, keys, counts and states alike
        File.WriteAllBytes(file, bytes[..^7]);
        Train(way, parts, states);
        Same(whole, parts);
    }

    [Fact]
    public void Under_bf16_products_a_run_that_keeps_hidden_states_does_not_depend_on_which_it_found()
    {
        Assert.SkipUnless(MatrixProduct.HasBf16, "no bf16 instructions here");
        using var folders = new TemporaryFolder();
        string whole = folders.File("whole"),
            again = folders.File("again"),
            parts = folders.File("parts"),
            states = folders.File("states");
        Train("bf16 last layer", whole, states);
        Train("bf16 last layer", again, states);
        Same(whole, again);
        Train("bf16 last layer", parts, states, stopAfter: 2);
        Directory.Delete(states, recursive: true);
        Train("bf16 last layer", parts, states);
        Same(whole, parts);
    }

    [Theory]
    [InlineData("second forward")]
    [InlineData("micro-batch scope")]
    public void A_step_cancelled_in_its_middle_has_not_been(string way)
    {
        using var folders = new TemporaryFolder();
        string whole = folders.File("whole"),
            parts = folders.File("parts");
        Train(way, whole);
        using var source = new CancellationTokenSource();
        // after losses and momentum of a step are known, before its backward pass
        var canceller = new Canceller(source, 5, (MoreWeighting)Of(way).Weighting);
        var result = Train(way, parts, weighting: canceller, cancelled: source);
        Assert.Equal(TrainingOutcome.Interrupted, result.Outcome);
        Assert.InRange(result.Step, 1, 6);
        Assert.Equal(TrainingOutcome.Finished, Train(way, parts).Outcome);
        Same(whole, parts);
    }

    private sealed class Stopper(CancellationTokenSource source, int afterStep) : ITrainingObserver
    {
        public void Stepped(StepReport report)
        {
            if (report.Step == afterStep)
                source.Cancel();
        }
    }

    private sealed class Canceller(CancellationTokenSource source, int atSolve, MoreWeighting more)
        : IWeighting,
            IStateful
    {
        private int solves;

        public GradientSpace Space => more.Space;

        public WeightingScope Scope => more.Scope;

        public GradientAccumulation Accumulation => more.Accumulation;

        public IReadOnlyList<StateEntry> State => more.State;

        public void Start(WeightingContext run) => more.Start(run);

        public double[] Weigh(SourceGradients gradients)
        {
            if (++solves == atSolve)
                source.Cancel();
            return more.Weigh(gradients);
        }
    }
}
