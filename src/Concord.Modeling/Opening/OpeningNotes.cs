using Concord.Modeling.Files;
using Concord.Records;

namespace Concord.Modeling.Opening;

/// <summary>What is said of a folder when it is opened, since it is not as a folder ordinarily is.</summary>
internal static class OpeningNotes
{
    /// <summary>Names of wrappers that were taken off names of tensors.</summary>
    /// <param name="reader">The tensors.</param>
    /// <param name="usual">What names in such a file always begin with.</param>
    public static IReadOnlyList<string> OfWrappers(CheckpointReader reader, string usual = "") =>
        reader.Wrappers.Where(taken => taken != usual).Select(taken => $"`{taken}`").ToArray() is { Length: > 0 } taken
            ?
            [
                $"{reader.Files[0]}: taken off the names of tensors, where wrappers around the model had put it: "
                    + $"{string.Join(", ", taken)}.",
            ]
            : [];

    /// <summary>Keys of <c>concord.json</c> that nobody here knows.</summary>
    public static IReadOnlyList<string> OfSettings(ConcordModelSettings settings) =>
        settings.UnknownKeys.Count == 0
            ? []
            :
            [
                $"{ModelFolder.SettingsFileName}: keys this version does not know are left aside: "
                    + $"{string.Join(", ", settings.UnknownKeys)}.",
            ];

    /// <summary>Files of a whole model's folder that are left aside.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="weights">Its files of weights.</param>
    /// <param name="head">The file of the head.</param>
    public static IReadOnlyList<string> OfFiles(string folder, IReadOnlyList<string> weights, string? head) =>
        FolderAccount.LeftAside(
            folder,
            [
                .. weights.Select(file => Path.GetFileName(file)),
                .. head is null ? (string[])[] : [Path.GetFileName(head)],
            ]
        )
            is { } left
            ? [left]
            : [];

    /// <summary>Files of an adapter's folder that are left aside: a whole model that lies in it too, ..</summary>
    public static IReadOnlyList<string> OfAdapterFiles(string folder)
    {
        var notes = new List<string>();
        string[] whole =
        [
            .. ((string[])[ModelFolder.WeightsFileName, ModelFolder.WeightsIndexFileName]).Where(name =>
                File.Exists(Path.Combine(folder, name))
            ),
        ];
        if (whole.Length > 0)
            notes.Add(
                $"{folder}: {whole[0]} is left aside: the folder is an adapter's, and the base it names is read."
            );
        if (
            FolderAccount.LeftAside(
                folder,
                Directory
                    .EnumerateFiles(folder, "*.safetensors")
                    .Where(RewardHeadPlace.IsHeadFile)
                    .Select(file => Path.GetFileName(file))
            ) is
            { } left
        )
            notes.Add(left);
        return notes;
    }
}
