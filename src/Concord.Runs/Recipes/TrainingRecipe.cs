using Concord.Foundation;
using Concord.Modeling;
using Concord.Modeling.Adapters;
using Concord.Runs.Recipes.Yaml;
using Concord.Training.Batches;
using Concord.Training.Heads;
using Concord.Training.Loop;
using Concord.Training.Losses;
using Concord.Training.Optimizers;
using Concord.Training.Schedules;
using Concord.Training.Temperatures;

namespace Concord.Runs.Recipes;

/// <summary>The keys of training; the defaults are those of the settings themselves.</summary>
internal static class TrainingRecipe
{
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
                    ("head_exact", TrainedParts.HeadExact),
                ],
                "What is trained beside the head; head_exact solves for the head alone."
            ),
            LastLayers = fields.Integer(value, value.LastLayers),
            Lora = fields.Section("lora", value.Lora, Lora, "Adapters, in the mode lora."),
            ActivationCheckpointing = fields.Flag(
                "activation_checkpointing",
                value.ActivationCheckpointing,
                "Keep only each layer's input and compute the layer once more in the backward pass: less memory, more "
                    + "time, the same result."
            ),
            Epochs = fields.Number(value, value.Epochs),
            MaximumSteps = fields.OptionalInteger(value, value.MaximumSteps),
            LearningRate = fields.OptionalNumber(value, value.LearningRate),
            HeadLearningRate = fields.OptionalNumber(value, value.HeadLearningRate),
            HeadStart = fields.Choice(
                "head_start",
                value.HeadStart,
                [("kept", HeadStart.Kept), ("exact", HeadStart.Exact)],
                "The head before the first step: the model's own (zero where it has none), or solved for over the "
                    + "frozen model."
            ),
            HeadRidge = fields.OptionalNumber(value, value.HeadRidge),
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
            EvaluateEvery = fields.OptionalInteger(value, value.EvaluateEvery),
            Selection = fields.Choice(
                "selection",
                value.Selection,
                [("nll", Selection.Nll), ("accuracy", Selection.Accuracy)],
                "By which held-out number the best model is chosen."
            ),
            Patience = fields.OptionalInteger(value, value.Patience),
            CheckpointEvery = fields.OptionalInteger(value, value.CheckpointEvery),
            CheckpointSeconds = fields.Number(value, value.CheckpointSeconds),
            KeepCheckpoints = fields.Integer(value, value.KeepCheckpoints),
        };

    private static LoraSettings Lora(IRecipeFields fields, LoraSettings value) =>
        value with
        {
            Rank = fields.Integer(value, value.Rank),
            Alpha = fields.Number(value, value.Alpha),
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
            PerSource = fields.Integer(value, value.PerSource),
            MicroBatch = fields.OptionalInteger(value, value.MicroBatch),
            TokenBudget = fields.Integer(value, value.TokenBudget),
            Resample = fields.OptionalInteger(value, value.Resample),
            Limits = Limits(fields, value.Limits),
            Shares = fields.Numbers(
                "shares",
                value.Shares,
                SettingRange.Positive,
                "How many times the usual number of comparisons sources have in a balanced batch, by their names; as "
                    + "`share` of a source says."
            ),
        };

    // fields know numbers by name, and these are whole ones
    private static Dictionary<string, int> Limits(IRecipeFields fields, IReadOnlyDictionary<string, int> value) =>
        fields
            .Numbers(
                "limits",
                value.ToDictionary(one => one.Key, one => (double)one.Value),
                new SettingRange(1, int.MaxValue),
                "Most comparisons that are used of sources, chosen by the run's seed, by their names; `limit` of a "
                    + "source is chosen by the split's."
            )
            .ToDictionary(
                one => one.Key,
                one =>
                    double.IsInteger(one.Value)
                        ? (int)one.Value
                        : throw new ConcordException(
                            FormattableString.Invariant(
                                $"training.batches.limits.{one.Key} is {one.Value}; it must be a whole number."
                            )
                        ),
                StringComparer.Ordinal
            );

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
            Margin = fields.Number(value, value.Margin),
            UseComparisonMargins = fields.Flag(
                "comparison_margins",
                value.UseComparisonMargins,
                "Take a comparison's own margin where it carries one."
            ),
            LabelSmoothing = fields.Number(value, value.LabelSmoothing),
            Centering = fields.Number(value, value.Centering),
        };

    private static SourceTemperatureSettings Temperatures(IRecipeFields fields, SourceTemperatureSettings value) =>
        value with
        {
            Enabled = fields.Flag("enabled", value.Enabled, "Whether they are learned."),
            LearningRate = fields.Number(value, value.LearningRate),
            PriorDeviation = fields.Number(value, value.PriorDeviation),
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
            WarmUp = fields.Number(value, value.WarmUp),
            Floor = fields.Number(value, value.Floor),
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
            Beta1 = fields.Number(value, value.Beta1),
            Beta2 = fields.Number(value, value.Beta2),
            Epsilon = fields.Number(value, value.Epsilon),
            WeightDecay = fields.Number(value, value.WeightDecay),
            DecayEmbeddings = fields.Flag(
                "decay_embeddings",
                value.DecayEmbeddings,
                "Whether the embedding table decays too."
            ),
            ClipNorm = fields.OptionalNumber(value, value.ClipNorm),
        };
}
