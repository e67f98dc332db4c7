using Concord.Foundation;

namespace Concord.Modeling.Files;

/// <summary>
/// The files of a Hugging Face model folder by name, and those of them that are copied from one folder to the next.
/// </summary>
public static class ModelFolder
{
    /// <summary>The shape of the model.</summary>
    public const string ConfigFileName = "config.json";

    /// <summary>All weights in one file.</summary>
    public const string WeightsFileName = "model.safetensors";

    /// <summary>Which shard holds which tensor, where the weights are in several files.</summary>
    public const string WeightsIndexFileName = "model.safetensors.index.json";

    /// <summary>What Concord adds to a folder: how texts are read, and what was learned beside the weights.</summary>
    public const string SettingsFileName = "concord.json";

    /// <summary>Settings of text generation.</summary>
    public const string GenerationConfigFileName = "generation_config.json";

    /// <summary>The files of the tokenizer and the chat template, whichever of them a folder has.</summary>
    public static IReadOnlyList<string> TokenizerFileNames { get; } =
    [
        "tokenizer.json",
        "tokenizer.model",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "added_tokens.json",
        "vocab.json",
        "merges.txt",
        "chat_template.jinja",
        "chat_template.json",
    ];

    /// <summary>
    /// Whether a folder holds a tokenizer that can be read: <c>tokenizer.json</c> or <c>tokenizer.model</c>.
    /// </summary>
    public static bool HasTokenizer(string folder) =>
        File.Exists(Path.Combine(folder, "tokenizer.json")) || File.Exists(Path.Combine(folder, "tokenizer.model"));

    /// <summary>
    /// Whether a folder holds a chat template: a file of its own, or one within <c>tokenizer_config.json</c>.
    /// </summary>
    /// <exception cref="ConcordException"><c>tokenizer_config.json</c> is not valid JSON.</exception>
    public static bool HasChatTemplate(string folder)
    {
        if (
            File.Exists(Path.Combine(folder, "chat_template.jinja"))
            || File.Exists(Path.Combine(folder, "chat_template.json"))
        )
            return true;
        var file = Path.Combine(folder, "tokenizer_config.json");
        if (!File.Exists(file))
            return false;
        using var document = ConfigDocument.Load(file);
        return document.Has("chat_template");
    }

    /// <summary>
    /// Copies the files of the tokenizer and the chat template, byte for byte; a folder copied onto itself stays as it
    /// is.
    /// </summary>
    /// <param name="from">Folder to copy from.</param>
    /// <param name="to">Folder to copy to; made where it does not exist.</param>
    /// <returns>
    /// The names of the files that were there, in the order of <see cref="TokenizerFileNames"/>; empty where there was
    /// none.
    /// </returns>
    /// <exception cref="ConcordException">A file cannot be read or written.</exception>
    public static IReadOnlyList<string> CopyTokenizer(string from, string to) => Copy(from, to, TokenizerFileNames);

    /// <summary>Copies those of the named files that are there.</summary>
    internal static IReadOnlyList<string> Copy(string from, string to, IEnumerable<string> names)
    {
        var present = names.Where(name => File.Exists(Path.Combine(from, name))).ToArray();
        if (
            Path.GetFullPath(from).TrimEnd(Path.DirectorySeparatorChar)
            == Path.GetFullPath(to).TrimEnd(Path.DirectorySeparatorChar)
        )
            return present;
        foreach (var name in present)
        {
            var source = Path.Combine(from, name);
            var bytes = InputFile.ReadBytes(source, "a file of a model folder");
            AtomicFile.WriteBytes(Path.Combine(to, name), bytes);
        }
        return present;
    }
}
