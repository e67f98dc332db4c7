using System.Globalization;
using Concord.Foundation;
using Concord.Modeling.Adapters;
using Concord.Modeling.Backbones;
using Concord.Modeling.Files;
using Concord.Modeling.Folders;
using Concord.Modeling.Packing;
using Concord.Preferences;
using Concord.Records;
using Concord.Tokenization.Comparisons;
using Concord.Tokenization.Rendering;

namespace Concord.Modeling.Rewards;

/// <summary>
/// Saves reward models as folders that <c>AutoModelForSequenceClassification</c> loads with nothing missing and nothing
/// extra; what is Concord's lies in <c>concord.json</c>.
/// </summary>
/// <remarks>
/// A folder is written beside its place, opened again, its scores compared with the model's, and only then renamed into
/// place.
/// </remarks>
internal static class RewardModelWriter
{
    private const double LargestDifference = 1e-5;

    /// <summary>Saves the whole model, adapters merged into a copy where it has any.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">Where to; a folder that is there is replaced when the new one has been checked.</param>
    /// <param name="sample">Comparisons whose rewards are compared; none: a few texts of random ids.</param>
    /// <param name="padId">The padding id where neither config names one.</param>
    /// <exception cref="ConcordException">Pooling <c>eos</c> with a padding id that is the end-of-text id, or the
    /// folder cannot be written, or scores otherwise when opened again.</exception>
    public static void Save(
        RewardModel model,
        string folder,
        IReadOnlyList<TokenizedComparison>? sample = null,
        int? padId = null
    )
    {
        if (model.Adapters is not null)
            throw new InvalidOperationException("Merge the adapters first, or save them as an adapter folder.");
        RewardModelFolder.Check(folder, model.Folder, model.SourceFolder);
        var config = model.Config;
        var pad = config.PadTokenId ?? padId ?? config.EosTokenId ?? 0;
        if (model.Pooling == Pooling.Eos && pad == config.EosTokenId)
            throw new ConcordException(
                $"{folder}: with pooling 'eos' the padding id must differ from the end-of-text id (both are {pad}): "
                    + $"transformers would take the token before it. Set pad_token_id in "
                    + $"{ModelFolder.ConfigFileName} to another id."
            );
        AtomicFolder.Replace(
            folder,
            RewardModelFolder.Kind,
            temporary =>
            {
                CheckpointWriter.Write(
                    temporary,
                    model.Parameters.SelectMany(parameter =>
                        parameter.Layout.Split(parameter.Value).Select(part => TensorSource.Of(part.Name, part.Tensor))
                    )
                );
                ModelConfigFile.WriteRewardModel(
                    temporary,
                    config with
                    {
                        PadTokenId = pad,
                        Dtype = model.Backbone.Embedding.Value.dtype,
                    },
                    model.SourceFolder
                );
                Finish(
                    model,
                    model.Settings with
                    {
                        AdapterBase = null,
                    },
                    temporary,
                    sample,
                    batch =>
                    {
                        using var again = RewardModel.Load(
                            temporary,
                            new RewardModelOptions
                            {
                                Device = model.Device,
                                WeightType = model.Backbone.Embedding.Value.dtype,
                                Bf16Products = model.HasBf16Products,
                            }
                        );
                        using var output = again.Forward(batch);
                        return output.Rewards;
                    }
                );
            }
        );
    }

    /// <summary>Saves the adapters and the head in PEFT's form; the base stays where it is.</summary>
    public static void SaveAdapter(RewardModel model, string folder, IReadOnlyList<TokenizedComparison>? sample = null)
    {
        var adapters = model.Adapters ?? throw new InvalidOperationException("The model has no adapters.");
        var baseFolder = Path.GetFullPath(
            model.SourceFolder ?? throw new InvalidOperationException("The model came from no folder.")
        );
        RewardModelFolder.Check(folder, model.Folder, baseFolder);
        AtomicFolder.Replace(
            folder,
            RewardModelFolder.Kind,
            temporary =>
            {
                var tensors = adapters
                    .Tensors(parameter => parameter.Value)
                    .Append((AdapterConfigFile.Prefix + ModelTensors.RewardHeadName, model.Head.Value));
                SafetensorsWriter.Write(Path.Combine(temporary, AdapterConfigFile.WeightsName), tensors);
                AdapterConfigFile.Write(
                    temporary,
                    adapters,
                    [
                        .. Enumerable
                            .Range(0, model.Config.Layers)
                            .SelectMany(model.Backbone.AdapterTargets)
                            .Select(target => target.Module),
                    ],
                    baseFolder
                );
                var settings = model.Settings with
                {
                    AdapterBase = Path.GetRelativePath(Path.GetFullPath(folder), baseFolder),
                };
                // without a second base in memory
                Finish(model, settings, temporary, sample, batch => model.RewardsUnder(temporary, batch));
            }
        );
    }

    private static void Finish(
        RewardModel model,
        ConcordModelSettings settings,
        string temporary,
        IReadOnlyList<TokenizedComparison>? sample,
        Func<PackedBatch, double[]> openedAgain
    )
    {
        if (model.TextFolder is { } source)
            ModelFolder.CopyTokenizer(source, temporary);
        // whoever applies a folder's template would read otherwise than the model was trained
        if (model.Settings.Rendering == EncodingNames.Of(DialogueRendering.Hh))
            ChatTemplateFiles.RemoveFrom(temporary);
        if (model.Folder is { } opened && TrainingPrompts.Read(opened) is { } seen)
            seen.Write(temporary);
        settings.Write(temporary);
        using var batch = PackedBatch.Create(
            sample is { Count: > 0 } ? sample : RandomTexts(model.Config.VocabularySize),
            model.Device
        );
        using var output = model.Forward(batch);
        double[] expected = output.Rewards,
            actual = openedAgain(batch);
        for (var row = 0; row < expected.Length; row++)
        {
            if (!(Math.Abs(expected[row] - actual[row]) <= LargestDifference * Math.Max(1, Math.Abs(expected[row]))))
                throw new ConcordException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{temporary}: the saved model scores otherwise when opened again ({expected[row]:g9} "
                            + $"became {actual[row]:g9}). The disk or the memory may be faulty; save it elsewhere."
                    )
                );
        }
    }

    private static List<TokenizedComparison> RandomTexts(int vocabulary)
    {
        var random = new Random(1);
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabulary))];
        var comparison = new Comparison
        {
            Source = "check",
            Form = ComparisonForm.TokenIds,
            Responses = [Response.FromTokenIds([]), Response.FromTokenIds([])],
            Scores = [1, 0],
            PromptId = "",
            Origin = new RecordOrigin("check", 1),
        };
        return
        [
            new TokenizedComparison
            {
                Prefix = Ids(5),
                Suffixes = [Ids(3), Ids(7)],
                Scores = [1, 0],
                Comparison = comparison,
            },
        ];
    }
}
