using Concord.Foundation;
using Concord.Preferences.Sampling;
using Concord.Preferences.Simulation;
using Concord.Runs.Recipes.Yaml;
using Concord.Training.Loop;

namespace Concord.Runs.Recipes;

/// <summary>
/// Everything that <c>concord train</c> does: data, model, text, training, and where the result goes.
/// </summary>
public sealed record Recipe
{
    /// <summary>
    /// The run's folder; null for <c>runs/NAME</c>, NAME being the recipe's. Not part of what is saved, since it
    /// changes nothing in the result.
    /// </summary>
    public string? Output { get; init; }

    /// <summary>
    /// A folder that runs share, for token ids (<c>tokens</c>) and hidden states below the trained layers
    /// (<c>states</c>); null to keep token ids in the run's folder, and to compute hidden states every time. Not part
    /// of what is saved either.
    /// </summary>
    public string? Cache { get; init; }

    /// <summary>Decides the first weights, the order of the data, and every random choice but the split.</summary>
    [Setting("Decides the first weights, the order of the data, and every random choice but the split.", Least = 0)]
    public int Seed { get; init; } = 1;

    /// <summary>The device.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Precision of the matrix products: <c>fp32</c>, <c>bf16</c> or <c>auto</c>.</summary>
    public string Precision { get; init; } = "fp32";

    /// <summary>The folder that the sources' files are relative to.</summary>
    public string Data { get; init; } = ".";

    /// <summary>The sources in files, which are relative to <see cref="Data"/>.</summary>
    public IReadOnlyList<PreferenceSource> Sources { get; init; } = [];

    /// <summary>The simulated sources, instead of files.</summary>
    public SimulationSettings? Simulation { get; init; }

    /// <summary>Names of the sources to use; empty for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>What is held out, of files.</summary>
    public PromptSplit Split { get; init; } = new();

    /// <summary>
    /// Files that are held out whole, beside what the split holds out; relative to <see cref="Data"/>.
    /// </summary>
    public IReadOnlyList<PreferenceSource> HeldOutFiles { get; init; } = [];

    /// <summary>Whether a single record that cannot be used is an error.</summary>
    public bool Strict { get; init; }

    /// <summary>
    /// The share of a source's records that may be lost, unreadable or refused, before training stops, from 0 to 1.
    /// </summary>
    [Setting(
        "Training stops where a larger share of a source, and more than one record of it, cannot be read or is refused "
            + "by rendering or tokenizer; 0: where any is.",
        Least = 0,
        Most = 1
    )]
    public double DataLossLimit { get; init; } = .01;

    /// <summary>Whether the model's folder keeps salted hashes of the prompts it has seen.</summary>
    public bool TrainingPrompts { get; init; } = true;

    /// <summary>The model.</summary>
    public ModelRecipe Model { get; init; } = new();

    /// <summary>How comparisons become ids.</summary>
    public TextRecipe Text { get; init; } = new();

    /// <summary>Training.</summary>
    public TrainingSettings Training { get; init; } = new();

    /// <summary>Goes through the keys.</summary>
    internal static Recipe Map(IRecipeFields fields, Recipe value)
    {
        var read = MapSaved(fields, value);
        return read with
        {
            Output = fields.OptionalText(
                "output",
                value.Output,
                "Folder of the run; empty: runs/NAME, NAME being the recipe's."
            ),
            Cache = fields.OptionalText(
                "cache",
                value.Cache,
                "Folder shared by runs: token ids, and hidden states below the trained layers, computed once; "
                    + "empty: token ids in the run's folder, no states."
            ),
        };
    }

    /// <summary>Goes through the keys that a program knows of a run of its own.</summary>
    internal static Recipe MapKnown(IRecipeFields fields, Recipe value)
    {
        fields.Integer(value, value.Seed);
        fields.Text("device", value.Device, "");
        fields.Text("precision", value.Precision, "");
        if (value.Simulation is { } population)
            fields.Section("simulation", population, SimulationRecipe.Map, "");
        fields.Section("split", value.Split, SplitRecipe.Map, "");
        fields.Section("model", value.Model, ModelRecipe.MapKnown, "");
        fields.Section("text", value.Text, TextRecipe.Map, "");
        fields.Section("training", value.Training, TrainingRecipe.Map, "");
        return value;
    }

    /// <summary>Goes through the keys that decide the result: what is saved as <c>config.yaml</c>.</summary>
    internal static Recipe MapSaved(IRecipeFields fields, Recipe value)
    {
        var (split, heldOutFiles) = fields.Section(
            "split",
            (value.Split, value.HeldOutFiles),
            SplitRecipe.MapWithFiles,
            "What is held out, of files."
        );
        return value with
        {
            Seed = fields.Integer(value, value.Seed),
            Device = fields.Text("device", value.Device, "Where to compute: cpu, cuda, cuda:1."),
            Precision = fields.Choice(
                "precision",
                value.Precision,
                [("fp32", "fp32"), ("bf16", "bf16"), ("auto", "auto")],
                "Precision of the matrix products; bf16 sums in fp32 and needs AVX512_BF16 or a GPU; auto measures "
                    + "once (a GPU takes bf16) and keeps its choice."
            ),
            Data = fields.Text("data", value.Data, "Folder that the sources' files are relative to."),
            Sources = fields.Items(
                "sources",
                value.Sources,
                new PreferenceSource { Files = [] },
                SourceRecipe.Map,
                "Sources in files."
            ),
            Simulation = fields.OptionalSection(
                "simulation",
                value.Simulation,
                new SimulationSettings(),
                SimulationRecipe.Map,
                "A simulated population, instead of files."
            ),
            Only = fields.Texts("only", value.Only, "Names of the sources to use; empty: all."),
            Split = split,
            HeldOutFiles = heldOutFiles,
            Strict = fields.Flag("strict", value.Strict, "A single record that cannot be used is an error."),
            DataLossLimit = fields.Number(value, value.DataLossLimit),
            TrainingPrompts = fields.Flag(
                "training_prompts",
                value.TrainingPrompts,
                "The model's folder keeps salted 64-bit hashes of the prompts it has seen, so that an evaluation can "
                    + "say what was trained on; false: it does not."
            ),
            Model = fields.Section("model", value.Model, ModelRecipe.Map, "The model."),
            Text = fields.Section("text", value.Text, TextRecipe.Map, "How comparisons become token ids."),
            Training = fields.Section("training", value.Training, TrainingRecipe.Map, "Training."),
        };
    }
}
