using Concord.Modeling;
using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using Concord.Modeling.Folders;
using Concord.Modeling.Rewards;
using Concord.Preferences.Simulation;
using Concord.Records;
using Concord.Runs.Recipes;
using Concord.Tokenization;
using TorchSharp;

namespace Concord.Runs;

/// <summary>The model that a recipe starts from.</summary>
internal static class RunModel
{
    /// <summary>
    /// Opens the recipe's model, or makes one of its shape in the run's folder first. A head that is missing is made
    /// from the recipe's seed.
    /// </summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="output">The run's folder.</param>
    /// <param name="say">Told what is chosen here.</param>
    /// <returns>The model, with the recipe's ways of reading text in its settings.</returns>
    /// <exception cref="ConcordException">No model is named, or it cannot be opened.</exception>
    public static RewardModel Open(Recipe recipe, string output, Action<string> say)
    {
        var folder = Folder(recipe, output);
        var device = DeviceName.Parse(recipe.Device);
        var model = RewardModel.Load(
            folder,
            new RewardModelOptions
            {
                Pooling = PoolingOf(recipe),
                Rendering = recipe.Text.Rendering,
                Dialogues = recipe.Text.Dialogues,
                Device = device,
                HeadSeed = (ulong)recipe.Seed,
                Bf16Products = RunPrecision.IsBf16(recipe.Precision, device, output, say),
                WeightType = recipe.Model.Weights == "bf16" ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32,
            }
        );
        foreach (var sentence in model.Opening)
            say(sentence);
        if (recipe.Training.Mode != TrainedParts.Adapters && model.MergeAdapters())
            say($"{folder}: the adapters are added to its weights, since mode lora alone trains and saves them apart.");
        model.Settings = Adjusted(recipe, model.Settings);
        return model;
    }

    /// <summary>How the recipe's model reads, without its weights.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="folder">As <see cref="Folder"/> gives it.</param>
    /// <exception cref="ConcordException">Config, tokenizer or a setting cannot be used.</exception>
    public static ModelEncoding Encoding(Recipe recipe, string folder) =>
        ModelEncoding.OfFolder(
            folder,
            new RewardModelOptions
            {
                Pooling = PoolingOf(recipe),
                Rendering = recipe.Text.Rendering,
                Dialogues = recipe.Text.Dialogues,
            },
            settings => Adjusted(recipe, settings)
        );

    /// <summary>The folder of the recipe's model, made in the run's folder where the recipe gives a shape.</summary>
    /// <exception cref="ConcordException">No model is named, or there is none.</exception>
    public static string Folder(Recipe recipe, string output) =>
        (recipe.Model.Folder, recipe.Model.Init) switch
        {
            (not null, not null) => throw new ConcordException(
                "The recipe names both model.folder and model.init: leave one out."
            ),
            (null, null) => throw new ConcordException(
                "The recipe names no model: give the Hugging Face folder of one with model=DIR."
            ),
            ({ } named, null) => Directory.Exists(named)
                ? named
                : throw new ConcordException(
                    $"{named} does not exist; the Hugging Face folder of a model was expected there (model=DIR)."
                ),
            (null, { } shape) => Make(shape, new RunContents(output).InitialFolder, (ulong)recipe.Seed),
        };

    private static ConcordModelSettings Adjusted(Recipe recipe, ConcordModelSettings settings) =>
        settings with
        {
            Truncation = recipe.Text.Truncation ?? settings.Truncation,
            MaximumLength = recipe.Text.MaximumLength ?? settings.MaximumLength,
        };

    private static Pooling? PoolingOf(Recipe recipe) =>
        recipe.Model.Pooling is { } pooling ? PoolingNames.Parse(pooling, "model.pooling") : null;

    private static string Make(ModelShape shape, string folder, ulong seed)
    {
        if (shape.HiddenSize % (2 * shape.Heads) != 0)
        {
            var size = FormattableString.Invariant(
                $"hidden_size {shape.HiddenSize} does not divide into {shape.Heads} heads of even width"
            );
            throw new ConcordException($"model.init: {size}. Choose a multiple of {2 * shape.Heads}.");
        }
        if (File.Exists(Path.Combine(folder, ModelFolder.WeightsFileName)))
            return folder;
        RandomCheckpoint.Write(folder, beside => Begin(shape, beside), seed);
        return folder;
    }

    // puts the tokenizer into the folder, whose vocabulary the shape has
    private static BackboneConfig Begin(ModelShape shape, string folder)
    {
        if (shape.Tokenizer is { } tokenizer)
        {
            if (!ModelFolder.HasTokenizer(tokenizer))
                throw new ConcordException(
                    $"{tokenizer} has neither tokenizer.json nor tokenizer.model; model.init.tokenizer must name a "
                        + $"folder with one."
                );
            ModelFolder.CopyTokenizer(tokenizer, folder);
        }
        else
            SimulatedTokenizer.Write(folder);
        var loaded = Tokenizer.Load(folder);
        return shape.Family.Complete(
            new BackboneConfig
            {
                Family = shape.Family,
                HiddenSize = shape.HiddenSize,
                Layers = shape.Layers,
                Heads = shape.Heads,
                KeyValueHeads = shape.Heads,
                HeadDimension = shape.HiddenSize / shape.Heads,
                IntermediateSize = shape.IntermediateSize,
                VocabularySize = loaded.VocabularySize,
                NormEpsilon = 1e-5,
                RopeTheta = 10000,
                Activation = shape.Family.Activation,
                TiedEmbeddings = true,
                MaxPositions = shape.MaximumPositions,
                BosTokenId = loaded.BosId,
                EosTokenId = loaded.EosId,
                PadTokenId = loaded.PadId,
            }
        );
    }
}
