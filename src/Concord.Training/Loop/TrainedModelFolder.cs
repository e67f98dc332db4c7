using Concord.Foundation;
using Concord.Modeling;
using Concord.Modeling.Rewards;
using Concord.Records;
using Concord.Tokenization.Comparisons;

namespace Concord.Training.Loop;

/// <summary>Writes a model in training as a folder that can be opened again, and makes sure that it scores the
/// same.</summary>
/// <param name="data">Its comparisons are compared; its padding id goes into a config that has none.</param>
/// <param name="mode">What is trained: adapters are saved as a folder of their own.</param>
/// <param name="mergeAdapters">Whether adapters are added to the weights instead.</param>
/// <param name="seen">The prompts that a model of so many steps has seen; null where they are not kept.</param>
internal sealed class TrainedModelFolder(
    TrainingData data,
    TrainedParts mode,
    bool mergeAdapters,
    Func<int, TrainingPromptSet>? seen
)
{
    private const int Compared = 8;

    /// <summary>Writes the folder; what the run learned beside the weights goes into the model's settings.</summary>
    public void Write(RewardModel model, string folder, TrainedModelInfo info)
    {
        model.Settings = model.Settings with
        {
            // a model whose temperatures were never learned has none
            Sources = [.. info.Sources.Select((name, i) => new SourceTemperature(name, info.Temperatures?[i]))],
            RewardMean = info.RewardMean,
            // rewards of a head of zero have no spread to be divided by
            RewardStandardDeviation = info.RewardStandardDeviation > 0 ? info.RewardStandardDeviation : null,
        };
        TokenizedComparison[] sample = [.. data.HeldOut.Concat(data.Training).Take(Compared)];
        if (mode != TrainedParts.Adapters)
            model.Save(folder, sample, data.PadTokenId);
        else if (!mergeAdapters)
            model.SaveAdapter(folder, sample);
        else
            SaveMerged(model, folder, sample);
        if (seen is not null)
            new TrainingPrompts
            {
                Trainings = [.. TrainingPrompts.Read(folder)?.Trainings ?? [], seen(info.Step)],
            }.Write(folder);
    }

    // The model in training keeps its adapters: they are added to a copy of the base, read again.
    private void SaveMerged(RewardModel model, string folder, TokenizedComparison[] sample)
    {
        var adapter = folder + ".adapter";
        model.SaveAdapter(adapter, sample);
        using (var copy = RewardModel.Load(adapter, new RewardModelOptions { Device = model.Device }))
        {
            copy.MergeAdapters();
            copy.Save(folder, sample, data.PadTokenId);
        }
        Disk.DeleteFolder(adapter);
    }
}
