using Concord.Foundation;
using Concord.Modeling.Adapters;
using Concord.Modeling.Files;
using Concord.Records;

namespace Concord.Modeling.Rewards;

/// <summary>The folders in which reward models are saved.</summary>
public static class RewardModelFolder
{
    /// <summary>
    /// A folder that Concord saved a reward model in, known by what it adds to it; files of other names are not its
    /// own.
    /// </summary>
    public static FolderKind Kind { get; } =
        new(
            "a reward model's folder",
            folder =>
                ((string[])[ModelFolder.SettingsFileName, TrainedModelRecord.FileName]).Any(name =>
                    File.Exists(Path.Combine(folder, name))
                ),
            name =>
                name
                    is ModelFolder.ConfigFileName
                        or ModelFolder.WeightsFileName
                        or ModelFolder.WeightsIndexFileName
                        or ModelFolder.SettingsFileName
                        or ModelFolder.GenerationConfigFileName
                        or AdapterConfigFile.Name
                        or AdapterConfigFile.WeightsName
                        or TrainedModelRecord.FileName
                        or Checksums.FileName
                || ModelFolder.TokenizerFileNames.Contains(name)
                || CheckpointWriter.IsShard(name)
        );

    /// <summary>Says before long work that a model may not be saved to a place.</summary>
    /// <param name="folder">The place.</param>
    /// <param name="inputs">Folders that the model was read from.</param>
    /// <exception cref="ConcordException">It is one of them, or holds what Concord did not save.</exception>
    internal static void Check(string folder, params IEnumerable<string?> inputs)
    {
        foreach (var input in inputs)
            if (input is not null && RealPath.Same(input, folder))
                throw new ConcordException(
                    $"{folder} is the folder that the model was read from: it would be lost. Name another."
                );
        AtomicFolder.Check(folder, Kind);
    }
}
