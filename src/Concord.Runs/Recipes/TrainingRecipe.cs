using Concord.Modeling;
using Concord.Modeling.Adapters;
using Concord.Runs.Recipes.Yaml;
using Concord.Training.Batches;
using Concord.Training.Loop;
using Concord.Training.Losses;
using Concord.Training.Optimizers;
using Concord.Training.Schedules;
using Concord.Training.Temperatures;

namespace Concord.Runs.Recipes;

/// <summary>The keys of training; the defaults are those of the settings themselves.</summary>
internal static class TrainingRecipe
{
    private const int Any = int.MaxValue;

    /// <summary>Goes through the keys.</summary>
    public static TrainingSettings Map(IRecipeFields fields, TrainingSettings value) =>
        value with
        {
            Mode = fields.Choice(
                "mode",
                value.Mode,
                [
                    ("full", TrainedParts.Full),
                    ("last_layers", TrainedParts.LastLayers),
                    ("lora", TrainedParts.Adapters),
                    ("head", TrainedParts.Head),
                ],
                "What is trained beside the head."
            ),
            LastLayers = fields.Integer(
                "last_layers",
                value.LastLayers,
                1,
                1000,
                "How many layers, in the mode last_layers."
            ),
            Lora = fields.Section("lora", value.Lora, Lora, "Adapters, in the mode lora."),
            ActivationCheckpointing = fields.Flag(
                "activation_checkpointing",
                value.ActivationCheckpointing,
                "Keep only each layer's input and compute the layer once more in the backward pass: less memory, more "
                    + "time, the same result."
            ),
            Epochs = fields.Number(
                "epochs",
                value.Epochs,
                NumberRange.Positive,
                "How often the longest source is seen."
            ),
            MaximumSteps = fields.OptionalInteger(
                "maximum_steps",
                value.MaximumSteps,
                0,
                Any,
                "Most optimizer steps; empty: as many as the epochs have; 0: none, the untrained model is evaluated."
            ),
            LearningRate = fields.OptionalNumber(
                "learning_rate",
                value.LearningRate,
                new NumberRange(0, 10, LeastIncluded: false),
                "Learning rate of all but the head; empty: the mode's."
            ),
            HeadLearningRate = fields.OptionalNumber(
                "head_learning_rate",
                value.HeadLearningRate,
                new NumberRange(0, 10, LeastIncluded: false),
                "Learning rate of the head; empty: the mode's."
            ),
            Batches = fields.Section("batches", value.Batches, Batches, "How batches are drawn."),
            Loss = fields.Section("loss", value.Loss, Loss, "The ranking loss."),
            Weighting = WeightingRecipe.Map(fields, value.Weighting),
            Temperatures = fields.Section(
                "temperatures",
                value.Temperatures,
                Temperatures,
                "A temperature for each source, learned beside the weights."
            ),
            Schedule = fields.Section("schedule", value.Schedule, Schedule, "How learning rates go over the run."),
            Optimizer = fields.Section("optimizer", value.Optimizer, Optimizer, "How weights are changed."),
            EvaluateEvery = fields.OptionalInteger(
                "evaluate_every",
                value.EvaluateEvery,
                1,
                Any,
                "Held-out comparisons are evaluated after so many steps; empty: once an epoch."
            ),
            Selection = fields.Choice(
                "selection",
                value.Selection,
                [("nll", Selection.Nll), ("accuracy", Selection.Accuracy)],
                "By which held-out number the best model is chosen."
            ),
            Patience = fields.OptionalInteger(
                "patience",
                value.Patience,
                1,
                Any,
                "Training stops after so many evaluations without a better one; empty: never."
            ),
            CheckpointEvery = fields.OptionalInteger(
                "checkpoint_every",
                value.CheckpointEvery,
                1,
                Any,
                "A checkpoint after so many steps; empty: by time only."
            ),
            CheckpointSeconds = fields.Number(
                "checkpoint_seconds",
                value.CheckpointSeconds,
                NumberRange.Positive,
                "A checkpoint when the last one is so many seconds old."
            ),
            KeepCheckpoints = fields.Integer(
                "keep_checkpoints",
                value.KeepCheckpoints,
                1,
                1000,
                "How many checkpoints are kept."
            ),
        };

    private static LoraSettings Lora(IRecipeFields fields, LoraSettings value) =>
        value with
        {
            Rank = fields.Integer("rank", value.Rank, 1, 4096, "Rank r."),
            Alpha = fields.Number("alpha", value.Alpha, NumberRange.Positive, "Updates are scaled by alpha / r."),
            RankStabilised = fields.Flag("rank_stabilised", value.RankStabilised, "Scale by alpha / sqrt(r) instead."),
            Targets = fields.Texts("targets", value.Targets, "Short names of the layers; empty: all linear layers."),
        };

    private static BatchSettings Batches(IRecipeFields fields, BatchSettings value) =>
        value with
        {
            Composition = fields.Choice(
                "composition",
                value.Composition,
                [("balanced", BatchComposition.Balanced), ("shuffled", BatchComposition.Shuffled)],
                "The same number of every source, or all shuffled into one stream."
            ),
            PerSource = fields.Integer(
                "per_source",
                value.PerSource,
                1,
                1_000_000,
                "Comparisons of each source in the batch of one step."
            ),
            MicroBatch = fields.OptionalInteger(
                "micro_batch",
                value.MicroBatch,
                1,
                Any,
                "Comparisons computed at once; empty: the whole batch."
            ),
            TokenBudget = fields.OptionalInteger(
                "token_budget",
                value.TokenBudget,
                1,
                Any,
                "Most tokens computed at once; empty: no limit."
            ),
            Resample = fields.OptionalInteger(
                "resample",
                value.Resample,
                1,
                Any,
                "Comparisons to which every source is resampled; empty: as it is."
            ),
        };

    private static RankingLossSettings Loss(IRecipeFields fields, RankingLossSettings value) =>
        value with
        {
            Averaging = fields.Choice(
                "averaging",
                value.Averaging,
                [("per_pair", PairAveraging.PerPair), ("per_comparison", PairAveraging.PerComparison)],
                "How the pairs of a source are averaged."
            ),
            Total = fields.Choice(
                "total",
                value.Total,
                [("mean", TotalForm.Mean), ("pooled", TotalForm.Pooled)],
                "How source losses are added up; pooled is the authors' form."
            ),
            Margin = fields.Number(
                "margin",
                value.Margin,
                NumberRange.NotNegative,
                "By how much the better reward must exceed the worse."
            ),
            UseComparisonMargins = fields.Flag(
                "comparison_margins",
                value.UseComparisonMargins,
                "Take a comparison's own margin where it carries one."
            ),
            LabelSmoothing = fields.Number(
                "label_smoothing",
                value.LabelSmoothing,
                new NumberRange(0, .5, MostIncluded: false),
                "Share of labels taken to be wrong."
            ),
            Centering = fields.Number(
                "centering",
                value.Centering,
                NumberRange.NotNegative,
                "Weight of the squared sum of a pair's rewards."
            ),
        };

    private static SourceTemperatureSettings Temperatures(IRecipeFields fields, SourceTemperatureSettings value) =>
        value with
        {
            Enabled = fields.Flag("enabled", value.Enabled, "Whether they are learned."),
            LearningRate = fields.Number(
                "learning_rate",
                value.LearningRate,
                NumberRange.Positive,
                "Step size on log tau."
            ),
            PriorDeviation = fields.Number(
                "prior_deviation",
                value.PriorDeviation,
                NumberRange.Positive,
                "Standard deviation of the Gaussian prior on log tau."
            ),
        };

    private static LearningRateSchedule Schedule(IRecipeFields fields, LearningRateSchedule value) =>
        value with
        {
            Shape = fields.Choice(
                "shape",
                value.Shape,
                [
                    ("constant", ScheduleShape.Constant),
                    ("linear", ScheduleShape.Linear),
                    ("cosine", ScheduleShape.Cosine),
                ],
                "The way down after the warm-up."
            ),
            WarmUp = fields.Number(
                "warm_up",
                value.WarmUp,
                NumberRange.Share,
                "Share of the steps in which rates rise from 0."
            ),
            Floor = fields.Number(
                "floor",
                value.Floor,
                NumberRange.Share,
                "What is left at the end, as a share of the full rate."
            ),
        };

    private static OptimizerSettings Optimizer(IRecipeFields fields, OptimizerSettings value) =>
        value with
        {
            Kind = fields.Choice(
                "kind",
                value.Kind,
                [("adamw", OptimizerKind.AdamW), ("sgd", OptimizerKind.Sgd)],
                "Which one."
            ),
            Beta1 = fields.Number(
                "beta1",
                value.Beta1,
                new NumberRange(0, 1, MostIncluded: false),
                "Decay of the first moment."
            ),
            Beta2 = fields.Number(
                "beta2",
                value.Beta2,
                new NumberRange(0, 1, MostIncluded: false),
                "Decay of the second moment."
            ),
            Epsilon = fields.Number(
                "epsilon",
                value.Epsilon,
                NumberRange.Positive,
                "Added to the root of the second moment."
            ),
            WeightDecay = fields.Number(
                "weight_decay",
                value.WeightDecay,
                NumberRange.NotNegative,
                "Decay of matrices; norms and biases have none."
            ),
            DecayEmbeddings = fields.Flag(
                "decay_embeddings",
                value.DecayEmbeddings,
                "Whether the embedding table decays too."
            ),
            ClipNorm = fields.OptionalNumber(
                "clip_norm",
                value.ClipNorm,
                NumberRange.Positive,
                "Largest norm of the gradient; empty: no limit."
            ),
        };
}
