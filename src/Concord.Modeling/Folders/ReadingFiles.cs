using Concord.Modeling.Adapters;
using Concord.Modeling.Files;
using Concord.Records;

namespace Concord.Modeling.Folders;

/// <summary>Which files of a model's folder decide how it reads text.</summary>
public static class ReadingFiles
{
    /// <summary>
    /// Tokenizer, chat template and configurations, as paths; of an adapter's folder those of its base too. Of no
    /// folder none.
    /// </summary>
    /// <exception cref="ConcordException">The folder is an adapter's, and its base is not there.</exception>
    public static IReadOnlyList<string> Of(string folder)
    {
        folder = RunContents.ModelOf(folder);
        string[] own =
        [
            .. ModelFolder
                .TokenizerFileNames.Concat([
                    ModelFolder.ConfigFileName,
                    ModelFolder.SettingsFileName,
                    AdapterConfigFile.Name,
                ])
                .Select(name => Path.Combine(folder, name))
                .Where(File.Exists),
        ];
        return AdapterConfigFile.IsIn(folder) ? [.. own, .. Of(AdapterFolder.BaseOf(folder))] : own;
    }
}
